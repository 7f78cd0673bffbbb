import type { Queryable } from '@drover/shared/database/in-transaction';
import { conditionsOf, createParameters, type Parameters } from './conditions.ts';
import type { HistoryFilter } from './filter.ts';
import { byNewest, type ListedJob, listedColumns, type Position } from './listed-job.ts';
import { alikeTermsOf, allTerms, otherTermsOf, shortened } from './terms.ts';

/** A filter whose text Postgres has made words of. */
export interface Search {
  readonly filter: HistoryFilter;
  /** A tsquery; undefined when no text is looked for. */
  readonly words: string | undefined;
}

/** What one statement has found. */
export interface Step {
  /** Jobs that fit, the newest first. */
  readonly jobs: readonly ListedJob[];
  /** How many rows it has looked at. */
  readonly seen: number;
  /** The last place that it has looked at, where it looked at any. */
  readonly reached: Position | undefined;
  /**
   * Where it stopped: at the end of its part; after as many rows as it may look at; or on a day of which
   * the index leads to more than that.
   */
  readonly stopped: 'at-end' | 'at-most' | 'crowded';
}

interface Row extends ListedJob {
  seen: number;
  reachedAt: number | null;
  reachedId: string | null;
  found: boolean;
}

/** The part of the list that a statement looks at. */
export interface Part {
  /** After this place. */
  readonly from: Position;
  /** Submitted then or later; milliseconds since 1970. */
  readonly since: number;
  /** Most jobs that it finds. */
  readonly limit: number;
}

/** Postgres has no larger or smaller moment; nothing was submitted then. */
const instant = (ms: number): string => {
  if (ms === Number.POSITIVE_INFINITY) return 'infinity';
  return ms === Number.NEGATIVE_INFINITY ? '-infinity' : new Date(ms).toISOString();
};

const between = ({ from, since }: Part, { add }: Parameters): string => {
  const at = add(instant(from.at));
  const before = `(submitted_at, id) < (${at}::timestamptz, ${add(from.id)})`;
  // The first part says no more than the second, but only it tells which partitions there are to look at.
  return `submitted_at <= ${at}::timestamptz and ${before} and submitted_at >= ${add(instant(since))}::timestamptz`;
};

const wordsFit = (words: string | undefined, { add }: Parameters): string =>
  words === undefined ? '' : ` and words @@ ${add(words)}::tsquery`;

const newestFirst = 'order by submitted_at desc, id desc';

const select = async (
  db: Queryable,
  sql: string,
  { values }: Parameters,
): Promise<readonly ListedJob[]> => (await db.query<ListedJob>(sql, values)).rows;

/** @param most how many rows the statement looks at. */
const look = async (
  db: Queryable,
  sql: string,
  { values }: Parameters,
  most: number,
): Promise<Step> => {
  const { rows } = await db.query<Row>(sql, values);
  const [first] = rows;
  const { seen = 0, reachedAt = null, reachedId = null } = first ?? {};
  return {
    jobs: rows.filter(({ found }) => found),
    seen,
    reached: reachedAt === null ? undefined : { at: reachedAt, id: reachedId ?? '' },
    stopped: seen < most ? 'at-end' : 'at-most',
  };
};

/** What a walk reads of each row: all that may be asked for or shown, but not the job itself. */
const read = `submitted_at, id, tenant, type, queue, status, priority, tags, workflow, step, schedule,
  created_at, run_at, started_at, finished_at, attempts_made, attempts_max, error_code, error_message,
  gone_at`;

/** How many rows were looked at, and how far they reach, beside each of those that fit. */
const withReach = (looked: string, fits: string): string => `
  with looked as materialized (${looked}),
  last as (select submitted_at, id from looked order by submitted_at, id limit 1),
  fits as (${fits})
  select ${listedColumns.replaceAll(/\b(submitted_at|id)\b/g, 'fits.$1')}, fits.id is not null as found,
    (select count(*)::int from looked) as seen,
    (select (extract(epoch from submitted_at) * 1000)::float8 from last) as "reachedAt",
    (select id from last) as "reachedId"
  from (values (true)) one left join fits on true
  order by fits.submitted_at desc, fits.id desc`;

/**
 * The jobs that fit after a place, read in the order of the list without an end: for filters that say no
 * more than whose jobs are meant, and since when.
 */
export const listAll = async (
  db: Queryable,
  { filter }: Search,
  page: Part,
): Promise<readonly ListedJob[]> => {
  const parameters = createParameters();
  const conditions = conditionsOf(filter, parameters);
  const sql = `select ${listedColumns} from drover.jobs
    where ${between(page, parameters)} and ${conditions}
    ${newestFirst} limit ${parameters.add(page.limit)}`;
  return select(db, sql, parameters);
};

/** Those among the rows looked at that fit a filter, whoever's they are. */
const fitting = (
  { filter, words }: Search,
  limit: number,
  parameters: Parameters,
  also = '',
): string => {
  const conditions = conditionsOf({ ...filter, tenant: null }, parameters);
  return `select * from looked where ${conditions}${wordsFit(words, parameters)}${also}
    ${newestFirst} limit ${parameters.add(limit)}`;
};

const readFor = ({ words }: Search): string => (words === undefined ? read : `${read}, words`);

/** Looks at so many rows in the order of the list: enough where what is looked for is common. */
export const walk = (
  db: Queryable,
  search: Search,
  { rows, ...page }: Part & { rows: number },
): Promise<Step> => {
  const parameters = createParameters();
  const { tenant } = search.filter;
  const looked = `select ${readFor(search)} from drover.jobs
    where ${between(page, parameters)} and ${conditionsOf({ tenant }, parameters)}
    ${newestFirst} limit ${parameters.add(rows)}`;
  const fits = fitting(search, page.limit, parameters);
  return look(db, withReach(looked, fits), parameters, rows);
};

/**
 * The same among the jobs that have not ended, of statuses that the filter names: an index has them by
 * status, however few they are. Those that Redis has lost do not fit.
 */
export const walkOpen = (
  db: Queryable,
  search: Search,
  { rows, ...page }: Part & { rows: number },
): Promise<Step> => {
  const parameters = createParameters();
  const { tenant, status = [] } = search.filter;
  const range = between(page, parameters);
  const whose = conditionsOf({ tenant }, parameters);
  const most = parameters.add(rows);
  const parts = status.map(
    (one) => `(select ${readFor(search)} from drover.jobs
      where ${range} and ${whose} and status = ${parameters.add(one)} and finished_at is null
      ${newestFirst} limit ${most})`,
  );
  const looked = `select * from (${parts.join(' union all ')}) parts ${newestFirst} limit ${most}`;
  const fits = fitting(search, page.limit, parameters, ' and gone_at is null');
  return look(db, withReach(looked, fits), parameters, rows);
};

/** The jobs at these places that fit still. */
const readPlaces = async (
  db: Queryable,
  { filter }: Search,
  places: readonly Position[],
): Promise<readonly ListedJob[]> => {
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return [];
  const parameters = createParameters();
  const { add } = parameters;
  const instants = places.map(({ at }) => instant(at));
  // The times of the first and the last tell which partitions there are to look at.
  const sql = `select ${listedColumns} from drover.jobs
    where submitted_at <= ${add(instant(first.at))}::timestamptz
      and submitted_at >= ${add(instant(last.at))}::timestamptz
      and (submitted_at, id) in (
        select * from unnest(${add(instants)}::timestamptz[], ${add(places.map(({ id }) => id))}::text[])
      )
      and ${conditionsOf(filter, parameters)}
    ${newestFirst}`;
  return select(db, sql, parameters);
};

/** The first moment of a day, in UTC. */
const dayOf = (at: number): number => Math.floor(at / 86_400_000) * 86_400_000;

/**
 * Looks at so many of those that the index of the words leads to, day by day: enough where what is looked
 * for is rare. Where there are more, it has reached the day that has too many, and has all before. It looks
 * at no more rows than would fill the page, and a row may have changed since the index led to it: then the
 * page is not full, and there may be more.
 */
export const seek = async (
  db: Queryable,
  search: Search,
  { from, since, limit, rows }: Part & { rows: number },
): Promise<Step> => {
  const { filter, words } = search;
  const { rows: sought } = await db.query<Position>(
    `select (extract(epoch from submitted_at) * 1000)::float8 as at, id
     from drover.seek_jobs($1::tsquery, $2::tsquery, $3, $4::text[], $5::text[], $6::text[], $7::text[],
       $8::timestamptz, $9::timestamptz, $10, $11, $12)`,
    [
      allTerms([words, otherTermsOf(filter)]),
      alikeTermsOf(filter),
      ...[filter.tenant, filter.type, filter.queue, filter.status, shortened(filter.code)],
      ...[instant(since), instant(from.at), from.id, limit, rows],
    ],
  );
  const seen = sought.length;
  const places = sought.toSorted(byNewest);
  const crowded = seen < rows ? undefined : dayOf(places.at(-1)?.at ?? 0) + 86_400_000;
  const whole = crowded === undefined ? places : places.filter(({ at }) => at >= crowded);
  const looked = whole.slice(0, limit);
  const jobs = await readPlaces(db, search, looked);
  if (looked.length === limit) return { jobs, seen, reached: looked.at(-1), stopped: 'at-most' };
  if (crowded === undefined) return { jobs, seen, reached: undefined, stopped: 'at-end' };
  const reached = crowded >= from.at ? undefined : { at: crowded, id: '' };
  return { jobs, seen, reached, stopped: 'crowded' };
};
