import { expect, test } from 'vitest';
import { countConnections } from '../../tests/servers/connection-count.ts';
import { startSystem } from './running-system.ts';

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
