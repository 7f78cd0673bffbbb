import { describeMachine, machineLine } from '../machine.ts';
import { median } from '../percentiles.ts';
import type { Findings } from '../run-bench.ts';
import { table, verdict } from '../table.ts';
import { type Mode, modes, type RateSlice, type Rates } from './rates.ts';
import { type FilterTimes, type OverviewTimes, plan as readingPlan } from './reading.ts';
import type { Recording, Stretch } from './recording.ts';
import type { Seeded } from './seeded.ts';

/** What is promised. Times are milliseconds. */
export const targets = {
  rates: 0.9,
  recordsPerSecond: 10_000,
  firstPageP95: 50,
  deepPage: 1.5,
  overview: 100,
} as const;

/** Below this, in milliseconds, the clock and the network tell more than the query does. */
const noiseMs = 1;

const whole = (value: number) => Math.round(value).toLocaleString('en');
const ms = (value: number | null) => (value === null ? '–' : value.toFixed(1));

const rateOf = (slices: readonly RateSlice[]) =>
  slices.reduce((sum, { jobs }) => sum + jobs, 0) /
  slices.reduce((sum, { seconds }) => sum + seconds, 0);

/** The middle one of the rounds' ratios to the round without a history. */
const ratioOf = (rates: Rates, mode: Mode) =>
  median(
    rates[mode].flatMap((slice, n) => {
      const off = rates.off[n];
      return off ? rateOf([slice]) / rateOf([off]) : [];
    }),
  );

const ratesLine = (rates: Rates, mode: Mode) => {
  const slices = rates[mode];
  const seconds = slices.reduce((sum, it) => sum + it.seconds, 0);
  const others = slices.reduce((sum, it) => sum + it.others, 0);
  return [
    `  history ${mode}`,
    whole(rateOf(slices)),
    ratioOf(rates, mode).toFixed(2),
    (others / seconds).toFixed(2),
  ] as const;
};

export const ratesFindings = (found: Readonly<Record<'submit' | 'execute', Rates>>): Findings => {
  const machine = describeMachine();
  const ratios = Object.fromEntries(
    (['submit', 'execute'] as const).map((what) => [
      what,
      Object.fromEntries(modes.map((mode) => [mode, ratioOf(found[what], mode)])),
    ]),
  );
  const lines = (what: 'submit' | 'execute') => [
    [
      what === 'submit' ? 'Submitting' : 'Executing',
      'jobs/s',
      'of off',
      'other processors',
    ] as const,
    ...modes.map((mode) => ratesLine(found[what], mode)),
  ];
  const promise = (what: 'submit' | 'execute') =>
    modes
      .filter((mode) => mode !== 'off')
      .map((mode) => {
        const ratio = ratioOf(found[what], mode);
        return `${what}, history ${mode}, at least ${targets.rates} of off: ${ratio.toFixed(2)}, ${verdict(ratio >= targets.rates)}`;
      });
  const text = [
    table([...lines('submit'), ...lines('execute')]),
    '',
    ...promise('submit'),
    ...promise('execute'),
    '',
    '“Other processors” are those taken, on average, by all but the server or worker and its Redis: the',
    'recorder, its Postgres, and what makes the load. “Elsewhere”, the recorder is held meanwhile, and',
    `records afterwards: what a history costs where ${machine.cores} processors are not all there is.`,
    machineLine(machine),
  ].join('\n');
  return { json: { machine, found, ratios, targets }, text };
};

const perSecond = (
  stretches: readonly Stretch[],
  of: 'rows' | 'entries' = 'rows',
  during: 'seconds' | 'processor' = 'seconds',
) =>
  stretches.reduce((sum, it) => sum + it[of], 0) /
  stretches.reduce((sum, it) => sum + it[during], 0);

export const recordingFindings = (found: Recording): Findings => {
  const { accepted, ended, uncounted } = found;
  const all = [...accepted, ...ended];
  const rate = perSecond(all);
  const without = perSecond([...uncounted.accepted, ...uncounted.ended]);
  const line = (what: string, stretches: readonly Stretch[]) =>
    [
      `  ${what}`,
      whole(perSecond(stretches)),
      whole(perSecond(stretches, 'entries')),
      whole(perSecond(stretches, 'rows', 'processor')),
    ] as const;
  const text = [
    table([
      ['Recording', 'records/s', 'entries/s', 'records/processor s'],
      line('jobs that were accepted', accepted),
      line('their ends', ended),
      line('accepted, without statistics', uncounted.accepted),
      line('their ends, without statistics', uncounted.ended),
    ]),
    '',
    `records per second, at least ${whole(targets.recordsPerSecond)}: ${whole(rate)}, ${verdict(rate >= targets.recordsPerSecond)}`,
    `without the triggers that count for the statistics: ${whole(without)}`,
    'A record is a row of a job written for what was told of it: of its acceptance, and of its end. The',
    'processor is that of the recorder itself: on a busy machine it says more than the clock.',
    machineLine(describeMachine()),
  ].join('\n');
  return { json: { machine: describeMachine(), found, rate, targets }, text };
};

const seedLine = ({ rows, seconds, bytes }: Seeded) =>
  `${whole(rows)} jobs of 30 days, ${(bytes / 2 ** 30).toFixed(1)} GiB; seeding took ${whole(seconds.rows)} s, counting them ${whole(seconds.counting)} s, their statistics ${whole(seconds.views)} s.`;

const deepRatio = ({ p50, deepP50 }: FilterTimes) =>
  deepP50 === null ? null : Math.max(deepP50, noiseMs) / Math.max(p50, noiseMs);

export const filterFindings = (seeded: Seeded, found: readonly FilterTimes[]): Findings => {
  const worst = Math.max(...found.map(({ p95, isPromised }) => (isPromised ? p95 : 0)));
  const others = Math.max(0, ...found.map(({ p95, isPromised }) => (isPromised ? 0 : p95)));
  const deepest = Math.max(...found.map((it) => deepRatio(it) ?? 0));
  const text = [
    table([
      ['Pages of 20 jobs, ms', 'p50', 'p95', 'first ever', `page ${readingPlan.deepPage}`, 'ratio'],
      ...found.map(
        (it) =>
          [
            `  ${it.filter}`,
            ms(it.p50),
            ms(it.p95),
            ms(it.first),
            ms(it.deepP50),
            deepRatio(it)?.toFixed(2) ?? '–',
          ] as const,
      ),
    ]),
    '',
    `first page of every filter, p95, at most ${targets.firstPageP95} ms: ${ms(worst)}, ${verdict(worst <= targets.firstPageP95)}`,
    `a common word and a common value that never meet, of which nothing is promised: ${ms(others)}`,
    `page ${readingPlan.deepPage} of page 1, at most ${targets.deepPage}: ${deepest.toFixed(2)}, ${verdict(deepest <= targets.deepPage)}`,
    seedLine(seeded),
    machineLine(describeMachine()),
  ].join('\n');
  return {
    json: { machine: describeMachine(), rows: seeded.rows, found, worst, others, deepest, targets },
    text,
  };
};

export const overviewFindings = (seeded: Seeded, found: readonly OverviewTimes[]): Findings => {
  const worst = Math.max(...found.map(({ p95 }) => p95));
  const text = [
    table([
      ['The overview, ms', 'p50', 'p95'],
      ...found.map(({ what, p50, p95 }) => [`  ${what}`, ms(p50), ms(p95)] as const),
    ]),
    '',
    `everything that it shows, p95, at most ${targets.overview} ms: ${ms(worst)}, ${verdict(worst <= targets.overview)}`,
    seedLine(seeded),
    machineLine(describeMachine()),
  ].join('\n');
  return { json: { machine: describeMachine(), rows: seeded.rows, found, worst, targets }, text };
};
