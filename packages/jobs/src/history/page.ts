import type { Queryable } from '@drover/shared/database/in-transaction';
import type { HistoryFilter } from './filter.ts';
import { findOpen } from './find-open.ts';
import { byNewest, type ListedJob, type Position } from './listed-job.ts';
import { isOpen } from './open-statuses.ts';
import {
  dayMs,
  type Found,
  firstMs,
  firstRows,
  growth,
  mostRows,
  type Range,
  startOf,
} from './range.ts';
import { listAll, type Part, type Search, type Step, seek, walk } from './steps.ts';
import { parseWords } from './words-of-text.ts';

/** A part of the list of jobs that fit a filter, the newest first. */
export interface HistoryPage {
  readonly jobs: readonly ListedJob[];
  /** Where the next page begins; undefined when there is none. */
  readonly next: Position | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: Position | undefined;
  /**
   * The search stops after so many milliseconds with what it has found, if with nothing; default 2 s. It
   * looks at something in any case, so the pages come to an end.
   */
  readonly budgetMs?: number;
}

/** Rows that the index may lead to at once. */
const soughtRows = 500;

/** The spans of time that the index is asked of, and that are too short for that. */
const longestMs = Number.POSITIVE_INFINITY;
const shortestMs = 60_000;

/** How much shorter a span is than one that held too much. */
const shrink = 8;

const top: Position = { at: Number.POSITIVE_INFINITY, id: '' };

/** Reads along the list until the page is full, for ever longer spans of time. */
const readAlong = async (
  read: (part: Part) => Promise<readonly ListedJob[]>,
  { from, since, limit }: Part,
): Promise<Found> => {
  const jobs: ListedJob[] = [];
  let at = from;
  for (let span = firstMs; ; span *= growth) {
    const start = startOf(at, span, since);
    jobs.push(...(await read({ from: at, since: start, limit: limit - jobs.length })));
    if (jobs.length >= limit) return { jobs, reached: jobs.at(-1) };
    if (start === since) return { jobs, reached: undefined };
    at = { at: start, id: '' };
  }
};

/** What is looked at next: along the list, or by the index. */
interface Next {
  readonly from: Position;
  /** Rows that are looked at along the list; 0: the index is asked. */
  readonly rows: number;
  /** Of how much time the index is asked, now or when the list does not lead on; milliseconds. */
  readonly span: number;
}

/** So many rows fill the page, if those to come are like those that a walk has seen; 0: too many. */
const rowsToFill = (missing: number, step: Step): number => {
  const rows = (missing * step.seen * 1.5) / Math.max(step.jobs.length, 0.1);
  return rows <= mostRows ? Math.ceil(rows) : 0;
};

/** What follows a step that has come to the start of its part, but not of the list. */
const afterWhole = ({ span, rows }: Next, start: number): Next => ({
  from: { at: start, id: '' },
  rows: 0,
  span: rows > 0 ? span : Math.max(span, shortestMs) * growth,
});

/** What follows a walk that is not at the start of its part. */
const afterWalk = ({ from, span }: Next, step: Step, missing: number): Next => ({
  from: step.reached ?? from,
  rows: rowsToFill(missing, step),
  span: Math.max(span, shortestMs),
});

/**
 * What follows when the index leads to too much on a day: what is common there may be so at once. It is
 * looked at some rows, or at more of them where the index has been asked of short spans already.
 */
const afterTooMuch = (next: Next, { reached }: Step): Next => {
  const span = Math.min(next.span, dayMs) / shrink;
  return { from: reached ?? next.from, rows: span < shortestMs ? mostRows : firstRows, span };
};

const afterPart = (next: Next, step: Step, missing: number): Next => {
  if (next.rows > 0) return afterWalk(next, step, missing);
  if (step.stopped === 'crowded') return afterTooMuch(next, step);
  return { ...next, from: step.reached ?? next.from };
};

/**
 * Finds jobs that fit, however common or rare they are, and wherever they lie. At first it walks along the
 * list; when that does not fill the page, they are rare here, and the index of the words is asked, day by
 * day. Where it has too much to say of one, they are common there: shorter spans are asked of, and at last
 * it walks again. So no statement looks at many rows in vain, whatever Postgres
 * believes of them.
 */
const search = async (db: Queryable, what: Search, range: Range): Promise<Found> => {
  const { since, limit, deadline } = range;
  const jobs: ListedJob[] = [];
  let next: Next = { from: range.from, rows: Math.max(firstRows, limit), span: longestMs };
  do {
    const start = startOf(next.from, next.rows > 0 ? firstMs : next.span, since);
    const part = { from: next.from, since: start, limit: limit - jobs.length };
    const rows = next.rows || Math.max(soughtRows, 2 * limit);
    const step = await (next.rows > 0 ? walk : seek)(db, what, { ...part, rows });
    const isWhole = step.stopped === 'at-end';
    jobs.push(...step.jobs);
    if (jobs.length >= limit) return { jobs, reached: jobs.at(-1) };
    if (isWhole && start === since) return { jobs, reached: undefined };
    next = isWhole ? afterWhole(next, start) : afterPart(next, step, limit - jobs.length);
  } while (performance.now() < deadline);
  return { jobs, reached: next.from };
};

/** Whether a filter says more than whose jobs are meant, and when they were submitted; or all, by an id. */
const isSelective = ({ filter, words }: Search): boolean => {
  const { tenant: _tenant, since: _since, until: _until, text: _text, ...rest } = filter;
  return filter.id === undefined && (words !== undefined || Object.keys(rest).length > 0);
};

const findAny = (db: Queryable, what: Search, range: Range): Promise<Found> =>
  isSelective(what) ? search(db, what, range) : readAlong((part) => listAll(db, what, part), range);

const none: Found = { jobs: [], reached: undefined };

/** The one of two places that comes first in the list; undefined is its end. */
const firstOf = (one: Position | undefined, other: Position | undefined): Position | undefined => {
  if (!one || !other) return one ?? other;
  return byNewest(one, other) <= 0 ? one : other;
};

/** Jobs that have ended and others are found by different indexes. */
const find = async (db: Queryable, what: Search, range: Range): Promise<Found> => {
  const { status } = what.filter;
  if (!status?.some(isOpen)) return findAny(db, what, range);
  const ofStatus = (some: string[]) => ({ ...what, filter: { ...what.filter, status: some } });
  const ended = status.filter((one) => !isOpen(one));
  const [open, others] = await Promise.all([
    findOpen(db, ofStatus(status.filter(isOpen)), range),
    ended.length > 0 ? findAny(db, ofStatus(ended), range) : none,
  ]);
  const reached = firstOf(open.reached, others.reached);
  // Those beyond the place that both searches have reached come with the next page.
  const within = [...open.jobs, ...others.jobs].filter(
    (job) => reached === undefined || byNewest(job, reached) <= 0,
  );
  const jobs = within.sort(byNewest).slice(0, range.limit);
  return { jobs, reached: jobs.length === range.limit ? jobs.at(-1) : reached };
};

/**
 * A page of the jobs that fit. It may have fewer than `limit`, even none, and be followed by others.
 * @throws errors of Postgres.
 */
export const readHistoryPage = async (
  db: Queryable,
  filter: HistoryFilter,
  { limit, after: place = top, budgetMs = 2_000 }: PageRequest,
): Promise<HistoryPage> => {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, text } = filter;
  const from = until < place.at ? { at: until, id: '' } : place;
  const words = await parseWords(db, text);
  if (words === '') return { jobs: [], next: undefined };
  // One more than asked for tells whether there is another page.
  const range = { from, since, limit: limit + 1, deadline: performance.now() + budgetMs };
  const { jobs, reached } = await find(db, { filter, words }, range);
  const shown = jobs.slice(0, limit);
  return { jobs: shown, next: jobs.length > limit ? shown.at(-1) : reached };
};
