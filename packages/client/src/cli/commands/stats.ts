import { InvalidArgumentError } from 'commander';
import type { JobStats, StatsOptions } from '../../stats.ts';
import type { AddCommand } from '../act.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { describeDuration } from '../output/duration.ts';
import type { Output } from '../output/output.ts';
import { printableLine } from '../output/printable.ts';
import type { Column } from '../output/table.ts';
import type { Session } from '../session.ts';

type Figures = JobStats['totals'];

/** A row of the table: a type, an hour or a day, or all of them. */
interface Row extends Figures {
  readonly name: string;
}

interface Options {
  by?: 'hour' | 'day';
  since?: string;
  until?: string;
  type?: string;
  series?: boolean;
}

const units = { h: 3_600_000, d: 86_400_000 } as const;

/** A moment: RFC 3339, or how long ago: `24h`, `7d`. */
const moment = (text: string): string => {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  if (count !== undefined) {
    const ms = Number(count) * units[unit as keyof typeof units];
    return new Date(Date.now() - ms).toISOString();
  }
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text)) return text;
  throw new InvalidArgumentError('Expected 24h, 7d, or a moment such as 2026-08-30T09:00:00Z.');
};

const step = (text: string): 'hour' | 'day' => {
  if (text === 'hour' || text === 'day') return text;
  throw new InvalidArgumentError('Expected hour or day.');
};

const times = (percentiles: Figures['wait']): string =>
  percentiles ? `${describeDuration(percentiles.p50)} / ${describeDuration(percentiles.p95)}` : '-';

const columns = ({ paint }: Output, title: string): Column<Row>[] => [
  { title, text: ({ name }) => printableLine(name) },
  { title: 'JOBS', text: ({ jobs }) => String(jobs), right: true },
  { title: 'SUCCEEDED', text: ({ outcomes }) => String(outcomes.succeeded), right: true },
  {
    title: 'FAILED',
    text: ({ outcomes }) => String(outcomes.failed),
    paint: (text, { outcomes }) => (outcomes.failed > 0 ? paint('red', text) : text),
    right: true,
  },
  { title: 'CANCELED', text: ({ outcomes }) => String(outcomes.canceled), right: true },
  { title: 'EXPIRED', text: ({ outcomes }) => String(outcomes.expired), right: true },
  { title: 'RETRIES', text: ({ retries }) => String(retries), right: true },
  { title: 'WAIT P50 / P95', text: ({ wait }) => times(wait), right: true },
  { title: 'RUN P50 / P95', text: ({ run }) => times(run), right: true },
];

const hourOf = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 16)}`;

const seriesOf = ({ by, series }: JobStats): Row[] =>
  series.map(({ at, ...figures }) => ({
    name: by === 'day' ? at.slice(0, 10) : hourOf(at),
    ...figures,
  }));

const typesOf = ({ types }: JobStats): Row[] =>
  types.map(({ type, ...figures }) => ({ name: type, ...figures }));

const stats = async (
  { client, out, json }: Session,
  { series = false, ...options }: Options,
): Promise<ExitCode> => {
  const found = await client.stats(options satisfies StatsOptions);
  if (json) {
    out.document({ ...found });
    return exitCode.ok;
  }
  if (found.totals.jobs === 0) out.note('No job ended in that time.');
  else {
    const title = series ? (found.by === 'day' ? 'DAY, UTC' : 'HOUR, UTC') : 'TYPE';
    const rows = series ? seriesOf(found) : typesOf(found);
    out.table(columns(out, title), [...rows, { name: 'all', ...found.totals }]);
  }
  out.note(`From ${found.since} to ${found.until}, as of ${found.refreshedAt ?? 'never'}.`);
  return exitCode.ok;
};

/** `drover stats` */
export const addStats: AddCommand = (program, act) => {
  program
    .command('stats')
    .summary('show how many jobs ended, how, and how long they took')
    .description(
      'Show what became of jobs, by type: how many ended, how they ended, how long they waited and ran.',
    )
    .option('--by <step>', 'hour (31 days at most) or day (400 days); default: hour', step)
    .option('--since <moment>', '24h, 7d, or RFC 3339; default: 24h, by day 30d', moment)
    .option('--until <moment>', 'the same; default: now', moment)
    .option('--type <type>', 'of this job type alone')
    .option('--series', 'show each hour or day in place of each type')
    .action(act(stats));
};
