import { type Promised, promises } from '../../http/report/promise.ts';
import { machineLine } from '../../machine.ts';
import { median } from '../../percentiles.ts';
import type { Findings } from '../../run-bench.ts';
import type { BacklogResults } from '../backlog.ts';

/** Least share of the speed with a short queue. */
const target = 0.9;

const mean = (rates: readonly number[]) =>
  rates.reduce((sum, rate) => sum + rate, 0) / rates.length;

const summarize = ({ rounds }: BacklogResults) => {
  const ratios = rounds.map(({ few, many }) => mean(many) / mean(few));
  return {
    jobsPerSecond: {
      few: median(rounds.map(({ few }) => mean(few))),
      many: median(rounds.map(({ many }) => mean(many))),
    },
    ratios,
    ratio: median(ratios),
    isMet: median(ratios) >= target,
  };
};

export const backlogPromises = (results: BacklogResults): Promised[] => {
  const { jobsPerSecond, ratios, ratio, isMet } = summarize(results);
  return [
    {
      name: 'jobs/s with 1 000 000 waiting, to 1 000',
      figure: ratio.toFixed(2),
      note: `${jobsPerSecond.many.toFixed(0)} to ${jobsPerSecond.few.toFixed(0)} jobs/s; ${ratios.map((it) => it.toFixed(2)).join(' ')}`,
      target: `>= ${target.toFixed(2)}`,
      isMet,
    },
  ];
};

export const backlogFindings = (results: BacklogResults): Findings => {
  const { plan, machine } = results;
  const text = [
    promises('Length of the queue', backlogPromises(results)),
    [
      `No-op jobs of Drover, concurrency ${plan.concurrency}. Each queue has a Redis and a worker of its own; finished jobs are`,
      `replaced all the time. ${plan.rounds} rounds; in each, ${plan.turns} times two windows of ${plan.windowMs / 1_000} s of both, in the order A B B A.`,
      `${machineLine(machine)}, Redis ${machine.redis}`,
    ].join('\n'),
  ].join('\n\n');
  return { json: { plan, machine, target, ...summarize(results) }, text };
};
