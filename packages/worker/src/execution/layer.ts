import type { Attempt } from './attempt.ts';

/** Takes an attempt to its end. */
export type Step<T> = (attempt: Attempt) => Promise<T>;

/** Does something around every attempt; `next` is all that lies further in. */
export type Layer<T> = (attempt: Attempt, next: Step<T>) => Promise<T>;

/** Puts layers around a step, the first one outermost. */
export const surround = <T>(layers: readonly Layer<T>[], core: Step<T>): Step<T> =>
  layers.reduceRight<Step<T>>((next, layer) => (attempt) => layer(attempt, next), core);
