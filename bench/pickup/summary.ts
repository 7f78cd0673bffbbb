import { median, percentile } from '../percentiles.ts';
import type { Sample } from './samples.ts';

/** Times to the start in milliseconds: medians of the rounds' percentiles, and the longest of all. */
export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** How soon the jobs of one contender started. */
export interface Summary {
  /** A job that started before its acknowledgement was read counts as 0. */
  readonly sinceAcknowledgement: Spread;
  readonly sinceSubmission: Spread;
  /** Share of the jobs that started before their acknowledgement was read, 0 to 1. */
  readonly startedBefore: number;
}

const spread = (rounds: readonly (readonly number[])[]): Spread => {
  const middle = (share: number) => median(rounds.map((times) => percentile(times, share)));
  return {
    p50: middle(0.5),
    p90: middle(0.9),
    p99: middle(0.99),
    max: Math.max(...rounds.flat()),
  };
};

export const summarize = (rounds: readonly (readonly Sample[])[]): Summary => {
  const times = (timeOf: (sample: Sample) => number) =>
    rounds.map((round) => round.map((sample) => timeOf(sample)));
  const all = rounds.flat();
  const early = all.filter(({ sinceAcknowledgement }) => sinceAcknowledgement < 0);
  return {
    sinceAcknowledgement: spread(times((it) => Math.max(0, it.sinceAcknowledgement))),
    sinceSubmission: spread(times((it) => it.sinceSubmission)),
    startedBefore: early.length / all.length,
  };
};
