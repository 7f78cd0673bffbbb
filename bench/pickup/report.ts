import { type Machine, machineLine } from '../machine.ts';
import { type Row, table, verdict } from '../table.ts';
import { restMs } from './samples.ts';
import type { Spread, Summary } from './summary.ts';

/** The promise: from the 202 to the start, in milliseconds, and as a multiple of bare BullMQ's time. */
export const targets = { p99Ms: 10, ratio: 1.5 } as const;

export interface Plan {
  readonly rounds: number;
  readonly jobsPerRound: number;
  readonly warmUpJobs: number;
}

export interface Results {
  readonly plan: Plan;
  readonly machine: Machine & { readonly redis: string };
  readonly drover: Summary;
  readonly bare: Summary;
}

const columns = ['p50', 'p90', 'p99', 'max'] as const;

const ratios = (ours: Spread, theirs: Spread): Spread => ({
  p50: ours.p50 / theirs.p50,
  p90: ours.p90 / theirs.p90,
  p99: ours.p99 / theirs.p99,
  max: ours.max / theirs.max,
});

const row = (name: string, spread: Spread): Row => [
  name,
  ...columns.map((column) => spread[column].toFixed(2)),
];

const section = (title: string, names: readonly [string, string], ours: Spread, theirs: Spread) =>
  table([
    [title, ...columns],
    row(`  ${names[0]}`, ours),
    row(`  ${names[1]}`, theirs),
    row('  ratio', ratios(ours, theirs)),
  ]);

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** The figures, their ratios and the verdicts, for programs. */
export const toJson = ({ plan, machine, drover, bare }: Results) => {
  const ratio = {
    sinceAcknowledgement: ratios(drover.sinceAcknowledgement, bare.sinceAcknowledgement),
    sinceSubmission: ratios(drover.sinceSubmission, bare.sinceSubmission),
  };
  const met = {
    p99Ms: drover.sinceAcknowledgement.p99 <= targets.p99Ms,
    ratio: ratio.sinceAcknowledgement.p99 <= targets.ratio,
  };
  return { unit: 'ms', plan, machine, drover, bare, ratio, targets, met };
};

/** The same for people. */
export const toText = (results: Results): string => {
  const { plan, machine, drover, bare } = results;
  const { ratio, met } = toJson(results);
  const p99 = drover.sinceAcknowledgement.p99.toFixed(2);
  const p99Ratio = ratio.sinceAcknowledgement.p99.toFixed(2);
  return [
    'How soon a demo.echo starts on an idle system, in milliseconds',
    '',
    section(
      'From the acknowledgement to the start',
      ['Drover: the client has the 202', 'bare BullMQ: add() has resolved'],
      drover.sinceAcknowledgement,
      bare.sinceAcknowledgement,
    ),
    '',
    section(
      'From the submission to the start',
      ['Drover: the client sends the request', 'bare BullMQ: add() is called'],
      drover.sinceSubmission,
      bare.sinceSubmission,
    ),
    '',
    `p99 from the 202 to the start at most ${targets.p99Ms} ms: ${p99}, ${verdict(met.p99Ms)}`,
    `its ratio to bare BullMQ at most ${targets.ratio}: ${p99Ratio}, ${verdict(met.ratio)}`,
    '',
    'A job that starts before its acknowledgement has been read counts as 0 in the first table:',
    `${percent(drover.startedBefore)} of Drover's jobs, ${percent(bare.startedBefore)} of bare BullMQ's. In the second, Drover's time includes HTTP.`,
    `${plan.rounds} rounds of ${plan.jobsPerRound} jobs of each in turn, after ${plan.warmUpJobs} to warm up; one job at a time,`,
    `${restMs.min} to ${restMs.max} ms of rest between them. Percentiles are medians of the rounds, max is of all.`,
    `${machineLine(machine)}, Redis ${machine.redis}`,
  ].join('\n');
};
