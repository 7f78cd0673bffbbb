import { setTimeout as sleep } from 'node:timers/promises';
import { readLines } from '@drover/jobs/record/log-lines';
import { expect, test } from 'vitest';
import { type WorkerProcesses, workerProcesses } from './worker-processes.ts';

/** A lock has to run out. */
const timeoutMs = 90_000;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The process of a job that says in its log where it runs. */
const pidOf = async ({ queues }: WorkerProcesses, id: string): Promise<number> => {
  for (;;) {
    const page = { after: 0, limit: 10 };
    const { lines } = await readLines(queues, { id, queue: 'demo', partition: 0 }, page);
    const pid = lines.find(({ fields }) => fields?.['pid'])?.fields?.['pid'];
    if (pid) return Number(pid);
    await sleep(20);
  }
};

test(
  'the processes of a killed worker die with it, whatever they do, and their jobs are recovered',
  async () => {
    await using workers = await workerProcesses();
    const doomed = await workers.start();
    const ids = [await workers.submit('isolated.spin'), await workers.submit('isolated.hold')];
    const pids = await Promise.all(ids.map((id) => pidOf(workers, id)));
    doomed.child.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    await workers.start();
    for (const id of ids) {
      await expect
        .poll(async () => (await workers.read(id)).attemptsStarted, { timeout: 30_000 })
        .toBe(2);
    }
  },
  timeoutMs,
);

test('a worker that stops in good order leaves no process behind', async () => {
  await using workers = await workerProcesses({ SHUTDOWN_GRACE: '100ms' });
  const worker = await workers.start();
  const id = await workers.submit('isolated.spin');
  const pid = await pidOf(workers, id);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(isAlive(pid)).toBe(false);
  expect(await workers.read(id)).toMatchObject({ place: 'waiting', attemptsMade: 0 });
});
