import { createKeys } from '../../packages/shared/src/keys.ts';
import { keyPrefix } from '../drover.ts';

/** Where the jobs of a contender wait. */
export interface Place {
  readonly queue: string;
  /** First part of all keys, with the hash tag. */
  readonly prefix: string;
}

export const droverPlace: Place = { queue: 'demo', prefix: createKeys(keyPrefix).partition(0) };

/** Bare BullMQ's, apart from Drover's. */
export const barePlace: Place = { queue: 'demo', prefix: '{bare-0}' };

/** The same with the priorities that all of Drover's jobs have. */
export const rankedPlace: Place = { queue: 'demo', prefix: '{bare-1}' };

/** Environment variables of the bare worker. */
export const bareVariables = {
  redisUrl: 'BENCH_BARE_REDIS_URL',
  prefix: 'BENCH_BARE_PREFIX',
  concurrency: 'BENCH_BARE_CONCURRENCY',
} as const;

/** How long both keep a finished job, in seconds: Drover's default. */
export const keptSeconds = 86_400;

/** What the jobs echo. */
export const value = { greeting: 'hello', number: 42 };
