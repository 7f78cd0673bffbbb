import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startProxy } from '../../tests/servers/tcp-proxy.ts';
import { type RunningProcess, startSystem } from './running-system.ts';

const claimTimeout = '2s';

const probe = async ({ url }: RunningProcess) => {
  const answer = await fetch(`${url}/live`);
  const { checks } = (await answer.json()) as { checks: { claims: { message?: string } } };
  return { status: answer.status, message: checks.claims.message };
};

test('a worker process that leaves jobs lying asks to be started anew, and says why', async () => {
  await using system = await startSystem({ roles: ['api'] });
  await using proxy = await startProxy(system.stores.redisUrl);
  const env = { REDIS_URL: proxy.url, HEALTH_CLAIM_TIMEOUT: claimTimeout };
  const worker = await system.start('worker', env);
  const job = async () => (await system.submit('demo.echo', { value: 1 })).id as string;
  await system.until(await job(), 'succeeded');
  expect(await probe(worker)).toEqual({ status: 200, message: undefined });

  // The oldest connection is the one that checks and heartbeats use: Redis can be reached.
  proxy.isolate(1);
  const waiting = await job();
  await expect
    .poll(() => probe(worker), { timeout: 20_000, interval: 200 })
    .toEqual({
      status: 503,
      message: expect.stringMatching(
        /^the queue demo \(partition 0\) has 1 jobs that wait; .* has started none for 2 s$/,
      ),
    });
  expect((await fetch(`${worker.url}/ready`)).status).toBe(200);

  worker.child.kill('SIGKILL');
  await worker.ended;
  await system.start('worker');
  await system.until(waiting, 'succeeded');
});

test('a worker process that was stopped for longer than that is live when it goes on', async () => {
  await using system = await startSystem({ roles: ['api'] });
  const worker = await system.start('worker', { HEALTH_CLAIM_TIMEOUT: '1s' });
  worker.child.kill('SIGSTOP');
  const { id } = await system.submit('demo.echo', { value: 1 });
  await sleep(3_000);
  worker.child.kill('SIGCONT');
  expect((await probe(worker)).status).toBe(200);
  await system.until(id, 'succeeded');
  expect((await probe(worker)).status).toBe(200);
});
