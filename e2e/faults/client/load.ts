import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../ledger/ledger.ts';
import type { Random } from '../random.ts';
import { cancel, follow } from './follow.ts';
import type { PlannedRequest } from './plan.ts';
import { type AcceptedWish, type Submitting, submit } from './submit.ts';

/** Requests under way at once, at most. */
const lanes = 40;

/**
 * Share of the jobs that are followed to their end, and how many are at once, at most: this process also
 * carries what the others tell Redis, and must not be busy with itself.
 */
const followedShare = 0.15;
const mostFollowed = 25;

export interface LoadOptions {
  requests: readonly PlannedRequest[];
  apis: readonly string[];
  random: Random;
  ledger: Ledger;
  /** Jobs a second, while the APIs keep up. */
  rate: number;
  /** Ends waiting for answers and for the jobs that are followed. */
  over: AbortSignal;
}

/**
 * Keeps submitting at a steady rate until everything is accepted, cancels what is to be canceled and
 * follows some jobs. The client is patient: while the APIs are down its requests pile up.
 */
export const runLoad = async (options: LoadOptions): Promise<{ followers: Promise<unknown> }> => {
  const { requests, apis, random, ledger, rate, over } = options;
  const submitting: Submitting = { ledger, over, nextApi: () => random.pick(apis) ?? '' };
  const followers: Promise<void>[] = [];
  let followed = 0;
  const startedAt = performance.now();
  const first = requests[0]?.wishes[0].n ?? 0;

  const attend = (accepted: AcceptedWish) => {
    if (accepted.wish.cancelAfterMs !== undefined) followers.push(cancel(accepted, submitting));
    if (!random.chance(followedShare) || followed === mostFollowed) return;
    followed += 1;
    followers.push(
      follow(accepted, submitting).finally(() => {
        followed -= 1;
      }),
    );
  };

  const pending = requests.values();
  const runLane = async () => {
    for (const request of pending) {
      const dueMs = startedAt + ((request.wishes[0].n - first) / rate) * 1_000 - performance.now();
      if (dueMs > 0) await sleep(dueMs);
      for (const accepted of await submit(request, submitting)) attend(accepted);
    }
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
  return { followers: Promise.all(followers) };
};
