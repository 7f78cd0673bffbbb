import { machineLine } from '../../machine.ts';
import { type Row, table } from '../../table.ts';
import { payloadBytes } from '../email.ts';
import type { Figures, Summary } from '../summary.ts';
import type { Throughput } from '../throughput.ts';
import type { Promised } from './promise.ts';

const percent = (share: number) => `${Math.round(share * 100)} %`;

const figuresRow = (of: Figures): Row => [
  `  ${of.name}`,
  of.jobsPerSecond.toFixed(0),
  of.latencyMs.p50.toFixed(1),
  of.latencyMs.p99.toFixed(1),
  of.microsecondsPerAnswer.server.toFixed(0),
  of.microsecondsPerAnswer.redis.toFixed(0),
  of.microsecondsPerAnswer.generator.toFixed(0),
  percent(of.others),
];

const nameOf = ({ title, connections }: Summary) => `${title}, ${connections} connections`;

const figuresTable = (summary: Summary) =>
  table([
    [nameOf(summary), 'jobs/s', 'p50 ms', 'p99 ms', 'server', 'Redis', 'load', 'others'],
    ...summary.figures.map(figuresRow),
  ]);

/** The promised ratios of the rates. */
export const ratioPromises = ({ summaries }: Throughput): Promised[] =>
  summaries.flatMap((summary) =>
    summary.ratios.map(({ name, median, rounds, byServerTime, target, isMet }) => ({
      name: `${nameOf(summary)}${name === 'Drover' ? '' : name.replace('Drover', '')}`,
      figure: median.toFixed(2),
      note: `${rounds.map((ratio) => ratio.toFixed(2)).join(' ')}, by server time ${byServerTime.toFixed(2)}`,
      target: `>= ${target.toFixed(2)}`,
      isMet,
    })),
  );

export const throughputTables = ({ summaries }: Throughput): string =>
  summaries.map(figuresTable).join('\n\n');

/** What the figures rest on. */
export const throughputNotes = ({ plan, machine, throttled }: Throughput): string => {
  const { rounds, turns, sliceMs } = plan;
  return [
    'server, Redis, load: their processor time for one answer, in microseconds. others: share of all',
    'processors that was taken by whatever else ran. Ratios are of jobs/s to the bare server in the',
    'same round; the bare server is Fastify with one call of add, addBulk or HGETALL. With checks: the',
    'same, which looks the key up, parses the submission, takes it off a limit by one command, and adds',
    'with a priority, each as Fastify and BullMQ come. By server time:',
    'what the ratio would be if the servers had processors of their own.',
    `An email.send with ${payloadBytes} bytes of payload; one API process, no worker; log level warn.`,
    throttled
      ? 'Every submission counted against the limit of its tenant.'
      : 'THROTTLING WAS OFF: the API sent no RateLimit header.',
    `${rounds} rounds; in each, ${turns} times two slices of ${sliceMs / 1_000} s of each contender, in the order A B B A,`,
    'every slice of submissions on an empty Redis that must then hold every job that was accepted.',
    `${machineLine(machine)}, Redis ${machine.redis}`,
  ].join('\n');
};
