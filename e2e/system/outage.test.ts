import { expect, test, vi } from 'vitest';
import { startOwnRedis } from '../../tests/servers/own-redis.ts';
import { startSystem } from './running-system.ts';

const patience = { timeout: 15_000, interval: 50 };

test('api, worker and scheduler live through an outage of Redis and resume by themselves', async () => {
  await using redis = await startOwnRedis();
  await using system = await startSystem({ roles: [], env: { REDIS_URL: redis.url } });
  const processes = await Promise.all(
    (['api', 'worker', 'scheduler'] as const).map((role) => system.start(role)),
  );
  const statuses = () =>
    Promise.all(processes.map(async ({ url }) => (await fetch(`${url}/ready`)).status));
  const before = await system.submit('demo.sleep', { ms: 2_000, steps: 4 });
  await system.until(before.id, 'running');

  await redis.stop();
  await vi.waitFor(async () => expect(await statuses()).toEqual([503, 503, 503]), patience);
  await expect(system.submit('demo.echo', { value: 1 })).rejects.toThrow(/^Error: 503|503/);

  await redis.startAgain();
  await vi.waitFor(async () => expect(await statuses()).toEqual([200, 200, 200]), patience);
  const after = await system.submit('demo.echo', { value: 'after' });
  expect(await system.until(after.id)).toMatchObject({ result: { value: 'after' } });
  expect(await system.until(before.id)).toMatchObject({ status: 'succeeded' });
  for (const { child } of processes) expect(child.exitCode).toBeNull();
});

test('a worker that runs nothing stops at once while Redis is away', async () => {
  await using redis = await startOwnRedis();
  await using system = await startSystem({ roles: [], env: { REDIS_URL: redis.url } });
  const worker = await system.start('worker');
  await redis.stop();
  await worker.says('Redis closed the connection');
  worker.child.kill('SIGTERM');
  const stopping = performance.now();
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - stopping).toBeLessThan(5_000);
});
