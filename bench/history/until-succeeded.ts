import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';

const pollMs = 50;

/** Waits until that many jobs have succeeded. @throws Error when one failed. */
export const untilSucceeded = async (queue: Queue, jobs: number): Promise<void> => {
  for (;;) {
    const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed');
    if (failed > 0) throw new Error(`${failed} jobs failed`);
    if (completed >= jobs) return;
    await sleep(pollMs);
  }
};
