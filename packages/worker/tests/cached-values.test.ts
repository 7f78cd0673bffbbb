import { expect, test } from 'vitest';
import { workerProcesses } from './worker-processes.ts';

test('handlers share cached values, those in processes of their own too', async () => {
  await using workers = await workerProcesses();
  const worker = await workers.start();
  const makerIn = async (type: string, payload: unknown = null) =>
    (await workers.end(await workers.submit(type, payload))).result;
  const isolated = await makerIn('isolated.cached');
  expect(isolated).not.toBe(worker.child.pid);
  expect(await makerIn('here.cached')).toBe(isolated);
  expect(await makerIn('here.cached', 'again')).toBe(worker.child.pid);
  expect(await makerIn('isolated.cached')).toBe(worker.child.pid);
}, 60_000);
