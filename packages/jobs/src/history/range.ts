import type { ListedJob, Position } from './listed-job.ts';
import type { Part } from './steps.ts';

export const dayMs = 86_400_000;

/** Rows that the first look takes in, and later ones at most: some milliseconds' work. */
export const firstRows = 250;
export const mostRows = 2_000;

/** The span of time that is looked at first. */
export const firstMs = dayMs;

/** How much longer a span is than one that held little. */
export const growth = 4;

/** What lies before so many days ago is looked at as one. */
const oldestMs = 60 * dayMs;

/** The part of the list that is looked through. */
export interface Range extends Part {
  /** By the clock of `performance`. */
  readonly deadline: number;
}

export interface Found {
  readonly jobs: readonly ListedJob[];
  /** How far was looked; undefined: to the end. */
  readonly reached: Position | undefined;
}

/** When the span begins that goes back in time from a place. Partitions before it are not even planned. */
export const startOf = (from: Position, span: number, since: number): number => {
  const now = Date.now();
  const start = Math.min(from.at, now) - span;
  return start < now - oldestMs ? since : Math.max(since, start);
};
