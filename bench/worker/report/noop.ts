import { type Promised, promises } from '../../http/report/promise.ts';
import { machineLine } from '../../machine.ts';
import { median } from '../../percentiles.ts';
import type { Findings } from '../../run-bench.ts';
import { type Row, table } from '../../table.ts';
import type { Level, Noop, Round } from '../noop.ts';
import type { Slice } from '../run-jobs.ts';

/** Least share of bare BullMQ's jobs per second. */
const target = 0.85;

const sum = (slices: readonly Slice[], of: (slice: Slice) => number) =>
  slices.reduce((total, slice) => total + of(slice), 0);

const rateOf = (slices: readonly Slice[]) =>
  sum(slices, ({ jobs }) => jobs) / sum(slices, ({ seconds }) => seconds);

const workerTimeOf = (slices: readonly Slice[]) =>
  sum(slices, ({ processor }) => processor.worker) / sum(slices, ({ jobs }) => jobs);

const slicesOf = (round: Round, name: string) => round.get(name) ?? [];

/** A contestant's figures at one level: medians of the rounds. */
const figuresOf = (name: string, rounds: readonly Round[], cores: number) => {
  const ofRounds = (of: (slices: readonly Slice[]) => number) =>
    median(rounds.map((round) => of(slicesOf(round, name))));
  const microseconds = (of: (slice: Slice) => number) =>
    ofRounds((slices) => (1e6 * sum(slices, of)) / sum(slices, ({ jobs }) => jobs));
  return {
    name,
    jobsPerSecond: ofRounds(rateOf),
    microsecondsPerJob: {
      worker: microseconds(({ processor }) => processor.worker),
      redis: microseconds(({ processor }) => processor.redis),
    },
    others: ofRounds(
      (slices) =>
        sum(slices, ({ processor }) => processor.others) /
        (cores * sum(slices, ({ seconds }) => seconds)),
    ),
  };
};

/** Drover's rate over that of another in the same round. */
const ratiosTo = (other: string, rounds: readonly Round[]) => {
  const ratios = rounds.map(
    (round) => rateOf(slicesOf(round, 'Drover')) / rateOf(slicesOf(round, other)),
  );
  const byWorkerTime = rounds.map(
    (round) => workerTimeOf(slicesOf(round, other)) / workerTimeOf(slicesOf(round, 'Drover')),
  );
  return { rounds: ratios, median: median(ratios), byWorkerTime: median(byWorkerTime) };
};

const levelOf = ({ concurrency, jobs, rounds }: Level, cores: number) => ({
  concurrency,
  jobs,
  figures: ['Drover', 'bare', 'bare, priorities'].map((name) => figuresOf(name, rounds, cores)),
  ratio: ratiosTo('bare', rounds),
  ratioToPriorities: ratiosTo('bare, priorities', rounds),
});

type LevelFindings = ReturnType<typeof levelOf>;

const levelTable = ({ concurrency, figures }: LevelFindings) =>
  table([
    [`Concurrency ${concurrency}`, 'jobs/s', 'worker', 'Redis', 'others'],
    ...figures.map(
      ({ name, jobsPerSecond, microsecondsPerJob, others }): Row => [
        `  ${name}`,
        jobsPerSecond.toFixed(0),
        microsecondsPerJob.worker.toFixed(0),
        microsecondsPerJob.redis.toFixed(0),
        `${Math.round(others * 100)} %`,
      ],
    ),
  ]);

const promiseOf = ({ concurrency, ratio, ratioToPriorities }: LevelFindings): Promised => ({
  name: `concurrency ${concurrency}`,
  figure: ratio.median.toFixed(2),
  note: [
    ratio.rounds.map((it) => it.toFixed(2)).join(' '),
    `by worker time ${ratio.byWorkerTime.toFixed(2)}`,
    `to bare with priorities ${ratioToPriorities.median.toFixed(2)}`,
  ].join(', '),
  target: `>= ${target.toFixed(2)}`,
  isMet: ratio.median >= target,
});

/** The promised ratios, for a summary of all parts. */
export const noopPromises = ({ levels, machine }: Noop): Promised[] =>
  levels.map((level) => promiseOf(levelOf(level, machine.cores)));

export const noopFindings = (noop: Noop): Findings => {
  const { plan, machine } = noop;
  const levels = noop.levels.map((level) => levelOf(level, machine.cores));
  const text = [
    ...levels.map(levelTable),
    promises("Ratio to bare BullMQ's jobs/s", levels.map(promiseOf)),
    [
      'No-op jobs in one worker process; from the first start to the last end, as Redis keeps them.',
      'worker, Redis: processor time for one job, in microseconds; others: share of all processors that',
      'was taken by whatever else ran. Bare: a BullMQ worker as it comes, on jobs as they come, which',
      'have no priority; with priorities, its jobs are lined up as all of Drover’s are. All keep what is',
      'done for a day; only Drover counts it by the minute. By worker time: what the ratio would be if',
      'nothing but the worker needed a processor.',
      `${plan.rounds} rounds; in each, two slices of each contestant in the order A B C C B A, after ${plan.warmUpJobs} jobs to warm up.`,
      `${machineLine(machine)}, Redis ${machine.redis}`,
    ].join('\n'),
  ].join('\n\n');
  return { json: { plan, machine, target, levels }, text };
};
