import { median } from '../percentiles.ts';
import { bare, type Round, type Scenario } from './rounds.ts';
import type { Slice } from './slice.ts';

/** A contender's figures: medians of the rounds. */
export interface Figures {
  readonly name: string;
  readonly jobsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Processor time for one answer, in microseconds. */
  readonly microsecondsPerAnswer: {
    readonly server: number;
    readonly redis: number;
    readonly generator: number;
  };
  /** Share of the machine's processors that other processes took, 0 to 1. */
  readonly others: number;
}

/** A contender's rate over the bare server's in the same round. */
export interface Ratio {
  readonly name: string;
  readonly median: number;
  readonly rounds: readonly number[];
  /**
   * The bare server's processor time for one answer over the contender's, median of the rounds: what
   * the ratio would be if nothing else needed the processors.
   */
  readonly byServerTime: number;
  readonly target: number;
  readonly isMet: boolean;
}

export interface Summary {
  readonly title: string;
  readonly connections: number;
  readonly figures: readonly Figures[];
  readonly ratios: readonly Ratio[];
}

const sum = (slices: readonly Slice[], of: (slice: Slice) => number) =>
  slices.reduce((total, slice) => total + of(slice), 0);

const perSecond = (slices: readonly Slice[]) =>
  sum(slices, ({ answers }) => answers) / sum(slices, ({ seconds }) => seconds);

const serverTime = (slices: readonly Slice[]) =>
  sum(slices, ({ processor }) => processor.server) / sum(slices, ({ answers }) => answers);

const ratioOf = (name: string, target: number, rounds: readonly Round[]): Ratio => {
  const slicesOf = (round: Round) => ({
    ours: round.get(name) ?? [],
    theirs: round.get(bare) ?? [],
  });
  const ratios = rounds
    .map(slicesOf)
    .map(({ ours, theirs }) => perSecond(ours) / perSecond(theirs));
  const times = rounds
    .map(slicesOf)
    .map(({ ours, theirs }) => serverTime(theirs) / serverTime(ours));
  const middle = median(ratios);
  return {
    name,
    median: middle,
    rounds: ratios,
    byServerTime: median(times),
    target,
    isMet: middle >= target,
  };
};

const figuresOf = (
  name: string,
  rounds: readonly (readonly Slice[])[],
  { jobsPerAnswer }: Scenario,
  cores: number,
): Figures => {
  const ofRounds = (of: (slices: readonly Slice[]) => number) => median(rounds.map(of));
  const perAnswer = (of: (slice: Slice) => number) =>
    ofRounds((slices) => (1e6 * sum(slices, of)) / sum(slices, ({ answers }) => answers));
  return {
    name,
    jobsPerSecond: jobsPerAnswer * ofRounds(perSecond),
    latencyMs: {
      p50: median(rounds.flat().map(({ latencyMs }) => latencyMs.p50)),
      p99: median(rounds.flat().map(({ latencyMs }) => latencyMs.p99)),
    },
    microsecondsPerAnswer: {
      server: perAnswer(({ processor }) => processor.server),
      redis: perAnswer(({ processor }) => processor.redis),
      generator: perAnswer(({ processor }) => processor.generator),
    },
    others: ofRounds(
      (slices) =>
        sum(slices, ({ processor }) => processor.others) /
        (cores * sum(slices, ({ seconds }) => seconds)),
    ),
  };
};

/** Summarizes the rounds of a scenario; `cores` is the number of the machine's processors. */
export const summarize = (scenario: Scenario, rounds: readonly Round[], cores: number): Summary => {
  const slicesOf = (name: string) => rounds.map((round) => round.get(name) ?? []);
  const names = [...(rounds[0]?.keys() ?? [])];
  return {
    title: scenario.title,
    connections: scenario.connections,
    figures: names.map((name) => figuresOf(name, slicesOf(name), scenario, cores)),
    ratios: Object.entries(scenario.targets).map(([name, target]) => ratioOf(name, target, rounds)),
  };
};
