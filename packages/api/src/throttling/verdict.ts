import type { RateLimit } from '@drover/shared/config/rate-limits';
import { runScript } from '@drover/shared/redis/script';
import type { Stores } from '@drover/shared/stores';
import { gates } from './gate.ts';

/**
 * What an algorithm answers to costs, each of which is taken whole or not at all, in their order.
 *
 * Its script takes the limit, the window in milliseconds, and the costs in jobs; a cost of 0 only
 * looks. It reads Redis's clock, so all replicas share one. It replies with `remaining`, `nextMs`,
 * `resetMs` and the waits. Times are milliseconds from now.
 */
export interface Verdict {
  /** For each cost, until there is room for it; at 0 there was, and it is taken. */
  readonly waitsMs: readonly number[];
  /** Jobs that there is room for, after all that was taken. */
  readonly remaining: number;
  /** Until there is room for one job more than that. */
  readonly nextMs: number;
  /** Until there is room for as many as ever. */
  readonly resetMs: number;
}

/** A cost in jobs, and where the one job that it stands for is to be added next. */
export interface Cost {
  readonly cost: number;
  readonly jobKey?: string;
}

/**
 * Takes costs, each at most the limit, as far as there is room: one command. It is sent at once, so
 * that adds which are sent next come behind it.
 * @throws Redis errors; then nothing is known to be taken.
 */
export const decide = async (
  redis: Stores['redis'],
  key: string,
  { limit, windowMs, algorithm }: RateLimit,
  costs: readonly Cost[],
): Promise<Verdict> => {
  const pairs = costs.flatMap(({ cost, jobKey = '' }) => [cost, jobKey]);
  const reply = await runScript(redis, gates[algorithm], [key], [limit, windowMs, ...pairs]);
  const [remaining, nextMs, resetMs, ...waitsMs] = reply as [number, number, number, ...number[]];
  return { waitsMs, remaining, nextMs, resetMs };
};
