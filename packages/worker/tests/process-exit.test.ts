import { expect, test } from 'vitest';
import { workerProcesses } from './worker-processes.ts';

/** Workers die and are waited for. */
const timeoutMs = 120_000;

test.concurrent(
  'a handler that exits takes its worker along, and both are started again',
  async () => {
    await using workers = await workerProcesses();
    const victim = await workers.start();
    const id = await workers.submit('here.exit-once');
    expect(await victim.ended).toEqual({ code: 3, signal: null });
    await workers.start();
    expect(await workers.end(id)).toEqual({
      place: 'completed',
      result: { losses: 1 },
      made: 1,
      failure: undefined,
    });
  },
  timeoutMs,
);

test.concurrent(
  'one that always does is buried, and the jobs that ran beside it are not',
  async () => {
    await using workers = await workerProcesses();
    const bystanders: string[] = [];
    const poison = await workers.submit('here.exit', {}, { delay: 500 });
    for (let loss = 1; loss <= 3; loss += 1) {
      if (loss === 1) {
        for (let n = 0; n < 3; n += 1) bystanders.push(await workers.submit('here.hold', 6_000));
      }
      const victim = await workers.start();
      expect(await victim.ended).toEqual({ code: 3, signal: null });
    }
    await workers.start();
    expect(await workers.end(poison)).toMatchObject({
      place: 'failed',
      made: 0,
      failure: undefined,
    });
    for (const id of bystanders) {
      const { place, result } = await workers.end(id);
      expect(place).toBe('completed');
      expect((result as { losses: number }).losses).toBeLessThan(3);
    }
  },
  timeoutMs,
);
