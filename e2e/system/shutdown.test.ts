import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countConnections } from '../../tests/servers/connection-count.ts';
import { startProxy } from '../../tests/servers/tcp-proxy.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

/** Signals within a second are one Ctrl-C; this one is impatience. */
const impatientMs = 1_200;

/** What a job is that was handed back unharmed. */
const handedBack = { status: 'queued', attempts: { made: 0 } };

const listWorkers = async ({ url }: RunningSystem) => {
  const answer = await fetch(`${url}/workers`, { headers: { authorization: 'Bearer dev' } });
  return ((await answer.json()) as { items: { state: string; running: unknown[] }[] }).items;
};

test('on SIGTERM a running job finishes, then the worker exits with 0', async () => {
  await using system = await startSystem({ roles: ['api'] });
  const worker = await system.start('worker');
  const { id } = await system.submit('demo.sleep', { ms: 3_000, steps: 3 });
  await system.until(id, 'running');
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(await system.read(id)).toMatchObject({ status: 'succeeded', attempts: { made: 1 } });
});

test('a job that outlasts the grace goes back to the queue at once and finishes elsewhere', async () => {
  await using system = await startSystem({ roles: ['api'], env: { SHUTDOWN_GRACE: '200ms' } });
  const worker = await system.start('worker');
  const { id } = await system.submit('demo.sleep', { ms: 3_000, steps: 30 });
  await system.until(id, 'running');
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(await system.read(id)).toMatchObject({ status: 'queued', attempts: { made: 0 } });
  await system.start('worker');
  expect(await system.until(id)).toMatchObject({ status: 'succeeded', attempts: { made: 1 } });
});

test('a worker that drains says so, starts nothing, and is not ready', async () => {
  await using system = await startSystem({ roles: ['api'] });
  const worker = await system.start('worker');
  const { id } = await system.submit('demo.sleep', { ms: 8_000, steps: 8 });
  await system.until(id, 'running');
  worker.child.kill('SIGTERM');
  await worker.says('stopping');
  const next = await system.submit('demo.echo', { value: 1 });
  await expect
    .poll(() => listWorkers(system), { timeout: 5_000 })
    .toMatchObject([{ state: 'stopping' }]);
  expect((await fetch(`${worker.url}/ready`)).status).toBe(503);
  expect((await fetch(`${worker.url}/live`)).status).toBe(200);
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(await system.read(id)).toMatchObject({ status: 'succeeded' });
  expect(await system.read(next.id)).toMatchObject({ status: 'queued' });
  expect(await listWorkers(system)).toEqual([]);
});

test('a second signal ends the grace: what runs is handed back at once, and all is clean', async () => {
  await using system = await startSystem({ roles: ['api'] });
  const worker = await system.start('worker');
  const jobs = await Promise.all(
    Array.from({ length: 5 }, () => system.submit('demo.sleep', { ms: 60_000, steps: 60 })),
  );
  for (const { id } of jobs) await system.until(id, 'running');
  worker.child.kill('SIGINT');
  // The same Ctrl-C, as a terminal and its shell may deliver it.
  worker.child.kill('SIGINT');
  await sleep(impatientMs);
  expect(worker.child.exitCode).toBeNull();
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  for (const { id } of jobs) expect(await system.read(id)).toMatchObject(handedBack);
});

test('a stop that cannot come to its end is cut short after the second signal', async () => {
  await using system = await startSystem({ roles: ['api'] });
  await using proxy = await startProxy(system.stores.redisUrl);
  const worker = await system.start('worker', { REDIS_URL: proxy.url });
  const { id } = await system.submit('demo.sleep', { ms: 60_000, steps: 1 });
  await system.until(id, 'running');
  proxy.isolate();
  worker.child.kill('SIGTERM');
  await sleep(impatientMs);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toEqual({ code: 130, signal: null });
});

test('over a slow connection to Redis, jobs are handed back all the same, unharmed', async () => {
  await using system = await startSystem({ roles: ['api'] });
  await using proxy = await startProxy(system.stores.redisUrl, { latencyMs: 250 });
  const env = { REDIS_URL: proxy.url, SHUTDOWN_GRACE: '200ms', CONCURRENCY: 'demo=3' };
  const worker = await system.start('worker', env);
  const jobs = await Promise.all(
    Array.from({ length: 6 }, () => system.submit('demo.sleep', { ms: 60_000, steps: 60 })),
  );
  const running = async () => {
    const all = await Promise.all(jobs.map(({ id }) => system.read(id)));
    return all.filter(({ status }) => status === 'running').length;
  };
  await expect.poll(running, { timeout: 20_000 }).toBe(3);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  for (const { id } of jobs) expect(await system.read(id)).toMatchObject(handedBack);
});

test.each(['api', 'worker', 'scheduler'] as const)(
  'the %s stops on SIGINT and SIGTERM with 0 and leaves no connection behind',
  async (role) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using system = await startSystem({ roles: [] });
      const running = await system.start(role);
      const name = `drover-${role}:${running.child.pid}`;
      expect((await countConnections(name, system.stores)).redis).toBeGreaterThan(0);
      running.child.kill(signal);
      expect(await running.ended).toEqual({ code: 0, signal: null });
      expect(await countConnections(name, system.stores)).toEqual({ redis: 0, postgres: 0 });
    }
  },
);
