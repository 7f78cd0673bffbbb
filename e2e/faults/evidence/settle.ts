import { setTimeout as sleep } from 'node:timers/promises';
import type { Inspector } from './stored-jobs.ts';

const pollMs = 250;

/** When nothing has finished for this long, nothing will: a lost worker is noticed within 15 s. */
const stuckMs = 60_000;

/** Resolves when no job is unfinished, or none has finished for too long. */
export const settle = async (inspector: Inspector): Promise<void> => {
  let fewest = Number.POSITIVE_INFINITY;
  let progressAt = performance.now();
  for (;;) {
    const unfinished = await inspector.countUnfinished();
    if (unfinished === 0) return;
    if (unfinished < fewest) {
      fewest = unfinished;
      progressAt = performance.now();
    }
    if (performance.now() - progressAt > stuckMs) return;
    await sleep(pollMs);
  }
};
