import { type Row, table } from '../../bench/table.ts';
import { terminalStatuses } from '../../packages/jobs/src/contract/job-resource.ts';
import { workerLostCode } from '../../packages/jobs/src/record/failure.ts';
import type { Verdict } from './checks/promise.ts';
import { lateFinishes } from './checks/running.ts';
import { type Evidence, entriesOf } from './evidence/evidence.ts';
import { faultNames } from './injection/faults.ts';

/** Breaches that are shown of one promise; all of them are in the folder. */
const shownBreaches = 5;

const sumOf = (numbers: Iterable<number>): number =>
  [...numbers].reduce((sum, number) => sum + number, 0);

const countsOf = (evidence: Evidence): (readonly [string, number])[] => {
  const { entries, wishes, accepted, unknowns, stored, shown, runs, deadLetters } = evidence;
  const jobs = [...shown.values()];
  const ofWhy = (text: string) =>
    entriesOf(entries, 'unknown').filter(({ why }) => why === text).length;
  const ofStatus = (status: string) => jobs.filter((job) => job.status === status).length;
  const all = [...runs.values()].flat();
  const buried = jobs.filter(({ error }) => error?.code === workerLostCode).length;
  return [
    ['jobs wanted', wishes.size],
    ['answers 202 or 200', entriesOf(entries, 'accepted').length],
    ['jobs accepted', sumOf([...accepted.values()].map((ids) => ids.size))],
    ['answers 503', ofWhy('503')],
    ['requests without an answer', sumOf(unknowns.values()) - ofWhy('503')],
    ['jobs in Redis', stored.size],
    ...terminalStatuses.map((status) => [`  ${status}`, ofStatus(status)] as const),
    ['  of these worker-lost', buried],
    ...(deadLetters ? [['dead letters', deadLetters.size] as const] : []),
    ['claims', sumOf([...stored.values()].map(({ claims }) => claims))],
    ['starts', all.length],
    ['effects', sumOf(all.map(({ effects }) => effects))],
    ['ends', entriesOf(entries, 'end').length],
    ['starts without an end', all.filter(({ end }) => !end).length],
    ['late finishes, rejected', lateFinishes(evidence).length],
    ['cancel requests', entriesOf(entries, 'canceled').length],
    ['jobs followed to their end', entriesOf(entries, 'seen').length],
  ];
};

const faultCounts = ({ entries }: Evidence): (readonly [string, number])[] => {
  const happened = entriesOf(entries, 'fault');
  const exits = entriesOf(entries, 'exit');
  const unclean = exits.filter(
    ({ expected, how }) => expected === 'SIGTERM' && how !== 'exited with code 0',
  );
  const stillborn = exits.filter(({ expected, wasReady }) => expected === '' && !wasReady);
  return [
    ...faultNames.map(
      (name) => [name, happened.filter(({ fault }) => fault === name).length] as const,
    ),
    ['exits after SIGTERM that were not clean', unclean.length],
    ['processes that could not start, and were started again', stillborn.length],
  ];
};

const toTable = (title: string, counts: readonly (readonly [string, number])[]): string => {
  const rows: Row[] = counts.map(([name, count]) => [name, String(count)]);
  return `${title}\n${table(rows)}`;
};

const stateOf = ({ breaches }: Verdict): string => {
  if (!breaches) return 'not checked: this API cannot tell';
  return breaches.length === 0 ? 'kept' : `BROKEN ${breaches.length} times`;
};

const toLines = (verdict: Verdict): string[] => {
  const { promise, breaches = [] } = verdict;
  const more = breaches.length - shownBreaches;
  return [
    `${promise}: ${stateOf(verdict)}`,
    ...breaches.slice(0, shownBreaches).map((breach) => `    ${breach}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
};

/** What the machine was like. */
interface Surroundings {
  /**
   * How late timers of this process were, 99th percentile. The proxies are in it: a delay of more than
   * some 100 ms is felt by every process as a slow Redis, which is a fault that nobody ordered.
   */
  ownDelayMs: number;
}

/** What a run has shown, for people. */
export const describeRun = (
  evidence: Evidence,
  verdicts: readonly Verdict[],
  { ownDelayMs }: Surroundings,
): string =>
  [
    toTable('Counts', countsOf(evidence)),
    toTable('Faults', [
      ...faultCounts(evidence),
      ['this process was late by, in ms (99 %)', ownDelayMs],
    ]),
    `Promises\n${verdicts.flatMap(toLines).join('\n')}`,
  ].join('\n\n');
