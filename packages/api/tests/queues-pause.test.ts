import { setTimeout as sleep } from 'node:timers/promises';
import { queueNames } from '@drover/jobs/definition/queues';
import { describe, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

const pollMs = 20;
const key = keys.operator;

/** An idle worker looks for jobs by itself after 5 s; a resumed queue has to wake it. */
const promptlyMs = 4_000;

const submit = async (api: RunningApi, type: string, payload: unknown, options?: unknown) => {
  const answer = await api.submit({ type, payload, ...(options !== undefined && { options }) });
  expect(answer.status).toBe(202);
  return answer.body.id as string;
};

const statusOf = async (api: RunningApi, id: string) => (await api.ask(`/jobs/${id}`)).body.status;

const until = async (api: RunningApi, id: string, status: string) => {
  while ((await statusOf(api, id)) !== status) await sleep(pollMs);
};

const act = async (api: RunningApi, action: 'pause' | 'resume', queue = 'demo') => {
  const answer = await api.ask(`/queues/${queue}/${action}`, { method: 'POST', key });
  expect(answer.status).toBe(200);
  return answer.body;
};

describe.each([1, 2])('a paused queue of %i partitions', (partitions) => {
  const start = () => startApi({ PARTITIONS: String(partitions) });

  test('takes jobs and starts none; resumed, it starts them at once', async () => {
    await using api = await start();
    await using _worker = await startWorkerOf(api);
    expect(await act(api, 'pause')).toMatchObject({ name: 'demo', paused: true });
    const echo = { value: 1 };
    const held = await Promise.all(
      [1, 5, 10, 5, 5].map((priority) => submit(api, 'demo.echo', echo, { priority })),
    );
    const delayed = await submit(api, 'demo.echo', echo, { delay: 50 });
    // Moved to the queue by the worker, which is awake and looks for jobs.
    await until(api, delayed, 'queued');
    expect(await act(api, 'pause')).toMatchObject({
      paused: true,
      counts: { queued: 6, running: 0, succeeded: 0 },
    });

    const resumed = performance.now();
    expect(await act(api, 'resume')).toMatchObject({ paused: false });
    await Promise.all([...held, delayed].map((id) => until(api, id, 'succeeded')));
    expect(performance.now() - resumed).toBeLessThan(promptlyMs);
  });

  test('lets running jobs finish, and begins no other in their place', async () => {
    await using api = await start();
    await using _worker = await startWorkerOf(api);
    const running = await submit(api, 'demo.sleep', { ms: 400 });
    await until(api, running, 'running');
    await act(api, 'pause');
    const held = await submit(api, 'demo.echo', { value: 1 });
    await until(api, running, 'succeeded');
    expect(await statusOf(api, held)).toBe('queued');
  });

  test('stays paused over restarts, and others go on', async () => {
    await using api = await start();
    await act(api, 'pause');
    const held = await submit(api, 'demo.echo', { value: 1 });
    await using again = await startApi({
      PARTITIONS: String(partitions),
      KEY_PREFIX: api.config.redis.keyPrefix,
      DATA_DIR: api.config.dataDir,
    });
    await using _worker = await startWorkerOf(again);
    const mail = { to: 'a@example.com', subject: 'x', text: 'x' };
    await until(again, await submit(again, 'email.send', mail), 'succeeded');
    expect(await statusOf(again, held)).toBe('queued');
    const { items } = (await again.ask('/queues', { key })).body;
    expect(items).toMatchObject(queueNames.map((name) => ({ name, paused: name === 'demo' })));
    await act(again, 'resume');
    await until(again, held, 'succeeded');
  });

  test('resuming what is not paused changes nothing', async () => {
    await using api = await start();
    await using _worker = await startWorkerOf(api);
    const [before, after] = [await act(api, 'resume'), await act(api, 'resume')];
    expect(before).toMatchObject({ paused: false });
    expect(after).toEqual(before);
    await until(api, await submit(api, 'demo.echo', { value: 1 }), 'succeeded');
  });
});

test('paused in some partitions only is not paused: it starts jobs', async () => {
  await using api = await startApi({ PARTITIONS: '2' });
  await api.queues.get('demo', 1).pause();
  expect((await api.ask('/queues/demo', { key })).body.paused).toBe(false);
  expect(await act(api, 'pause')).toMatchObject({ paused: true });
});
