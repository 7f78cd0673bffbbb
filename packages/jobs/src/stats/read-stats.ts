import type { Queryable } from '@drover/shared/database/in-transaction';
import { toInstant, toInstantOrNull } from '@drover/shared/instant';
import type { Stats } from '../contract/stats.ts';
import { jobStats } from '../views/job-stats.ts';
import { jobStatsDaily } from '../views/job-stats-daily.ts';
import { jobTotals } from '../views/job-totals.ts';
import { readRecord } from '../views/record.ts';
import { everyone } from './columns.ts';
import { noFigures, readFigures } from './figures.ts';
import { beginOf, lengthOf, momentsOf } from './moments.ts';

/** Which statistics are asked for. Instants are milliseconds since 1970. */
export interface StatsRequest {
  /** Whose; undefined: of all tenants together, for operators. */
  readonly tenant: string | undefined;
  /** Default: all types together. */
  readonly type?: string | undefined;
  readonly by: 'hour' | 'day';
  /** Anything in the first hour or day. */
  readonly since: number;
  /** After `since`; the hour or day before it is the last one, or the one that it is in. */
  readonly until: number;
}

/** Most types that are told apart. */
const maxTypes = 100;

/** The view that tells types, of one tenant or of all. */
const typesRelation = ({ tenant, by }: StatsRequest): string => {
  if (by === 'day') return jobStatsDaily.relation;
  return tenant === undefined ? jobTotals.relation : jobStats.relation;
};

const seriesRelation = (request: StatsRequest): string =>
  request.by === 'hour' && request.type === undefined ? jobTotals.relation : typesRelation(request);

/** Rows of the hours or days from `$1` to `$2`. Both are found by the day: it is in the views' indexes. */
const during = ({ by }: StatsRequest): string => {
  const day = (parameter: string) => `(${parameter}::timestamptz at time zone 'UTC')::date`;
  const days = `day between ${day('$1')} and ${day('$2')}`;
  return by === 'day' ? days : `${days} and hour between $1::timestamptz and $2::timestamptz`;
};

type Ends = readonly [first: string, last: string];

/** The figures of each hour or day in which something ended, and under `null` those of all. */
const readSeries = (db: Queryable, request: StatsRequest, ends: Ends) => {
  const { tenant = everyone, type = everyone, by } = request;
  const at = by === 'hour' ? 'hour' : "(day::timestamp at time zone 'UTC')";
  return readFigures<number>(
    db,
    {
      key: `(extract(epoch from ${at}) * 1000)::float8`,
      from: `${seriesRelation(request)} where ${during(request)} and tenant = $3 and type = $4`,
    },
    [...ends, tenant, type],
  );
};

/** The first and the last of the days that lie in a span of hours as a whole, if any: else the last is earlier. */
const wholeDays = ([first, last]: Ends): Ends => {
  const dayMs = lengthOf('day');
  const begin = Math.ceil(Date.parse(first) / dayMs) * dayMs;
  const end = beginOf(Date.parse(last) + lengthOf('hour'), 'day') - dayMs;
  return [toInstant(begin).slice(0, 10), toInstant(end).slice(0, 10)];
};

/** The rows that tell types: of whole days one is as good as those of its hours, and much less to read. */
const typesRows = (request: StatsRequest): string => {
  const which = `tenant = $3 and type <> $4 and ($5::text is null or type = $5)`;
  const hours = `${typesRelation(request)} where ${during(request)} and ${which}`;
  if (request.by === 'day') return hours;
  const columns = 'type, outcome, jobs, retries, waits, runs';
  const whole = 'day between $6::date and $7::date';
  return `(
    select ${columns} from ${jobStatsDaily.relation} where ${whole} and ${which}
    union all
    select ${columns} from ${hours} and not (${whole})
  ) rows`;
};

/** The figures of each type, the most frequent first. */
const readTypes = async (db: Queryable, request: StatsRequest, ends: Ends) => {
  const { tenant = everyone, type } = request;
  const found = await readFigures<string>(db, { key: 'type', from: typesRows(request) }, [
    ...[...ends, tenant, everyone, type ?? null],
    ...(request.by === 'hour' ? wholeDays(ends) : []),
  ]);
  return [...found]
    .flatMap(([name, figures]) => (name === null ? [] : { type: name, ...figures }))
    .sort((one, other) => other.jobs - one.jobs || (one.type < other.type ? -1 : 1))
    .slice(0, maxTypes);
};

/**
 * What became of jobs, by the hour or day in which they ended, from the views: as of their last refresh.
 * @throws errors of Postgres.
 */
export const readStats = async (db: Queryable, request: StatsRequest): Promise<Stats> => {
  const { by, type = null } = request;
  const moments = momentsOf(request);
  const [first = 0, last = first] = [moments[0], moments.at(-1)];
  const ends = [toInstant(first), toInstant(last)] as const;
  const record = await readRecord(db, jobStats.name);
  const found = await readSeries(db, request, ends);
  return {
    by,
    since: toInstant(first),
    until: toInstant(last + lengthOf(by)),
    type,
    refreshedAt: toInstantOrNull(record?.refreshedAt),
    totals: found.get(null) ?? noFigures,
    series: moments.map((at) => ({ at: toInstant(at), ...(found.get(at) ?? noFigures) })),
    types: await readTypes(db, request, ends),
  };
};
