import type { Evidence } from '../evidence/evidence.ts';

/** A promise of Drover, and every case in which the evidence says that it was broken. */
export interface PromiseCheck {
  readonly promise: string;
  /** @returns one line for each breach; undefined where it cannot be checked. */
  breaches(evidence: Evidence): readonly string[] | undefined;
}

export interface Verdict {
  readonly promise: string;
  readonly breaches: readonly string[] | undefined;
}

/** One line for each item of which something is to be said. */
export const each = <T>(items: Iterable<T>, say: (item: T) => string | undefined): string[] =>
  [...items].flatMap((item) => say(item) ?? []);
