import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { keys, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

const pollMs = 20;

test('the counts of a queue agree with the statuses of its jobs', async () => {
  await using api = await startApi({ PARTITIONS: '2' });
  await using _worker = await startWorkerOf(api);
  const submit = async (type: string, payload: unknown, options: object = {}) => {
    const answer = await api.submit({ type, payload, options });
    expect(answer.status).toBe(202);
    return answer.body.id as string;
  };
  const until = async (id: string, status: string) => {
    while ((await api.ask(`/jobs/${id}`)).body.status !== status) await sleep(pollMs);
  };
  const cancel = (id: string) => api.ask(`/jobs/${id}`, { method: 'DELETE' });
  const change = (to: 'pause' | 'resume') =>
    api.ask(`/queues/demo/${to}`, { method: 'POST', key: keys.operator });
  const slowly = { attempts: 2, backoff: { delay: '1h', jitter: 0 } };

  await until(await submit('demo.echo', { value: 1 }), 'succeeded');
  await until(await submit('demo.fail', { failures: 1 }, { attempts: 1 }), 'failed');
  await until(await submit('demo.fail', { failures: 1 }, slowly), 'retrying');
  await submit('demo.echo', { value: 1 }, { delay: '1h' });
  await submit('demo.echo', { value: 1 }, { delay: '1h' });
  await cancel(await submit('demo.echo', { value: 1 }, { delay: '1h' }));
  const postponed = await submit('demo.fail', { failures: 1 }, slowly);
  await until(postponed, 'retrying');
  await cancel(postponed);
  const stopped = await submit('demo.sleep', { ms: 60_000 });
  await until(stopped, 'running');
  await cancel(stopped);
  await until(stopped, 'canceled');
  await change('pause');
  const late = await submit('demo.echo', { value: 1 }, { expiresIn: 20 });
  await until(late, 'expired');
  await change('resume');
  const again = await submit('demo.fail', { failures: 1 }, { attempts: 1 });
  await until(again, 'failed');
  await api.ask(`/jobs/${again}/retry`, { method: 'POST' });
  await until(again, 'succeeded');
  await until(await submit('demo.sleep', { ms: 60_000 }), 'running');

  const { body } = await api.ask('/queues/demo', { key: keys.operator });
  expect(body).toMatchObject({
    counts: {
      scheduled: 2,
      blocked: 0,
      queued: 0,
      running: 1,
      retrying: 1,
      succeeded: 2,
      failed: 1,
      canceled: 3,
      expired: 1,
    },
    oldestQueuedMs: null,
  });
});
