import type { DatabaseClient } from '@drover/shared/database/client';
import { replacedChannel } from './cached-pages.ts';
import {
  changedKeys,
  changeLogsOf,
  createChangedKeys,
  dropChanges,
  hasChanges,
  isAllChanged,
  recomputeAll,
  recomputeChanged,
  takeChanges,
} from './changes.ts';
import type { View } from './define-view.ts';
import { noteRefreshed, type Refreshed, readRecord } from './record.ts';
import type { Incremental } from './refresh-policy.ts';

/** Share of a view's rows beyond which it is faster to recompute all of them than to go key by key. */
const worthwhileShare = 0.2;

export interface RefreshOptions {
  /** Recompute all rows of an incremental view, whatever has changed; default false. */
  full?: boolean | undefined;
  /**
   * Make readers wait, which is faster where all is new; default false. The schedulers hear of it, and
   * take what is cached of the view away.
   */
  exclusive?: boolean | undefined;
}

/** So many processors are left to readers: a refresh takes one at most. */
const withoutHelp = 'set local max_parallel_workers_per_gather = 0';

const countOf = async (client: DatabaseClient, from: string): Promise<number> => {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::float8 as count from ${from}`,
  );
  return rows[0]?.count ?? 0;
};

const isTrue = async (client: DatabaseClient, condition: string): Promise<boolean> => {
  const { rows } = await client.query<{ found: boolean }>(`select ${condition} as found`);
  return rows[0]?.found === true;
};

/** Runs a statement. @returns how many rows it concerned. */
const run = async (client: DatabaseClient, sql: string): Promise<number> =>
  (await client.query(sql)).rowCount ?? 0;

const runAll = async (client: DatabaseClient, statements: readonly string[]): Promise<void> => {
  for (const sql of statements) await run(client, sql);
};

/** How many rows a view has, and how many of them a refresh has recomputed: null, all of them. */
type Outcome = Pick<Refreshed, 'rows' | 'recomputed'>;

const allOf = async (client: DatabaseClient, { relation }: View): Promise<Outcome> => ({
  rows: await countOf(client, relation),
  recomputed: null,
});

const replaceAll = async (client: DatabaseClient, view: View, exclusive: boolean) => {
  for (const log of changeLogsOf(view)) await client.query(dropChanges(log));
  const { relation, sql } = view;
  const anew = [`truncate ${relation}`, `insert into ${relation} ${sql}`, `analyze ${relation}`];
  await runAll(client, exclusive ? anew : recomputeAll(view));
  return allOf(client, view);
};

/** Recomputes the rows of what was written down; all of them where that is too much. */
const replaceChanged = async (
  client: DatabaseClient,
  view: View,
  incremental: Incremental,
): Promise<Outcome> => {
  if (await isTrue(client, changeLogsOf(view).map(isAllChanged).join(' or '))) {
    return replaceAll(client, view, false);
  }
  await client.query(createChangedKeys(view, incremental));
  for (const log of changeLogsOf(view)) {
    // A query of nothing may still read all of what it joins.
    if (await isTrue(client, hasChanges(log))) await client.query(takeChanges(log, incremental));
  }
  const keys = await countOf(client, changedKeys);
  const known = await readRecord(client, view.name);
  const rows = known?.rows ?? (await countOf(client, view.relation));
  if (keys === 0) return { rows, recomputed: 0 };
  if (keys > worthwhileShare * rows) {
    await runAll(client, recomputeAll(view));
    return allOf(client, view);
  }
  // Compiling a query takes longer than going through a few keys.
  await runAll(client, [`analyze ${changedKeys}`, 'set local jit = off']);
  const [deletion, insertion] = recomputeChanged(view, incremental);
  const deleted = await run(client, deletion);
  const recomputed = await run(client, insertion);
  return { rows: rows - deleted + recomputed, recomputed };
};

const replaceRows = async (
  client: DatabaseClient,
  view: View,
  { full = false, exclusive = false }: RefreshOptions,
): Promise<Outcome> => {
  const { incremental } = view.refresh;
  if (!incremental) {
    const how = exclusive ? '' : 'concurrently';
    await client.query(`refresh materialized view ${how} ${view.relation}`);
    return allOf(client, view);
  }
  await runAll(client, incremental.before ?? []);
  if (!full && !exclusive) return replaceChanged(client, view, incremental);
  return replaceAll(client, view, exclusive);
};

/**
 * Makes a view's rows those of now, and records it, in one transaction: readers see the old rows or the
 * new ones. It has one snapshot: what commits later, with its changes written down, is for the next
 * refresh. To be called under the view's lock.
 * @throws errors of Postgres; then nothing has changed.
 */
export const refreshRows = async (
  client: DatabaseClient,
  view: View,
  options: RefreshOptions = {},
): Promise<Refreshed> => {
  const startedAt = performance.now();
  await client.query('begin isolation level repeatable read');
  try {
    if (!options.exclusive) await client.query(withoutHelp);
    const outcome = await replaceRows(client, view, options);
    const refreshed = { ...outcome, tookMs: Math.round(performance.now() - startedAt) };
    await noteRefreshed(client, view.name, refreshed);
    if (options.exclusive)
      await client.query('select pg_notify($1, $2)', [replacedChannel, view.name]);
    await client.query('commit');
    return refreshed;
  } catch (err) {
    await client.query('rollback').catch(() => undefined);
    throw err;
  }
};
