import { type Promised, promises } from '../http/report/promise.ts';
import { machineLine } from '../machine.ts';
import { median } from '../percentiles.ts';
import type { Findings } from '../run-bench.ts';
import { table } from '../table.ts';
import type { Results, Round } from './measure.ts';

/** Most time that a chain may take, over that of bare jobs one after another. */
const chainTarget = 3;

/** Least share of the plain jobs' rate that steps of many chains have. */
const crowdTarget = 0.35;

/** Most time that the wide part may take, over that of as many jobs without needs. */
const fanTarget = 1.1;

const ratios = {
  chain: ({ chains }: Round) => median(chains.drover) / median(chains.bare),
  crowd: ({ stepsPerSecond, jobsPerSecond }: Round) => stepsPerSecond / jobsPerSecond,
  fan: ({ fan }: Round) => fan.steps / fan.jobs,
};

const promised = (
  name: string,
  values: readonly number[],
  target: number,
  direction: '<=' | '>=',
): Promised => ({
  name,
  figure: median(values).toFixed(2),
  note: values.map((value) => value.toFixed(2)).join(' '),
  target: `${direction} ${target.toFixed(2)}`,
  isMet: direction === '<=' ? median(values) <= target : median(values) >= target,
});

export const toFindings = (results: Results): Findings => {
  const { plan, machine, rounds } = results;
  const of = (figure: (round: Round) => number) => rounds.map(figure);
  const medianOf = (figure: (round: Round) => number) => median(of(figure));
  const { chain, crowd, fan } = plan;
  const figures = table([
    ['', 'Drover', 'beside'],
    [
      `chain of ${chain.length}, ms (beside: bare BullMQ)`,
      medianOf(({ chains }) => median(chains.drover)).toFixed(1),
      medianOf(({ chains }) => median(chains.bare)).toFixed(1),
    ],
    [
      `${crowd.chains} chains at once, steps/s (beside: plain jobs/s)`,
      medianOf(({ stepsPerSecond }) => stepsPerSecond).toFixed(0),
      medianOf(({ jobsPerSecond }) => jobsPerSecond).toFixed(0),
    ],
    [
      `1 to ${fan.width} to 1, the wide part, ms (beside: without needs)`,
      medianOf((round) => round.fan.steps).toFixed(0),
      medianOf((round) => round.fan.jobs).toFixed(0),
    ],
  ]);
  const kept = [
    promised('a chain, over bare jobs one after another', of(ratios.chain), chainTarget, '<='),
    promised('many chains, over plain jobs', of(ratios.crowd), crowdTarget, '>='),
    promised('a wide part, over jobs without needs', of(ratios.fan), fanTarget, '<='),
  ];
  const text = [
    figures,
    promises('Ratios, of each round and their median', kept),
    [
      'One worker process of each; a chain is timed from its submission to the news of its end, bare jobs',
      'from the first add to the end of the last, each added when the one before has ended.',
      `${plan.rounds} rounds, ${chain.perRound} chains of each kind in turn, concurrency ${plan.concurrency}.`,
      `${machineLine(machine)}, Redis ${machine.redis}`,
    ].join('\n'),
  ].join('\n\n');
  const ratiosOfRounds = Object.fromEntries(
    Object.entries(ratios).map(([name, ratio]) => [name, of(ratio)]),
  );
  return { json: { plan, machine, rounds, ratios: ratiosOfRounds }, text };
};
