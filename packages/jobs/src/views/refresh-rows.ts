import type { DatabaseClient } from '@drover/shared/database/client';
import {
  changedKeys,
  changeLogsOf,
  createChangedKeys,
  dropChanges,
  isAllChanged,
  recomputeAll,
  recomputeChanged,
  takeChanges,
} from './changes.ts';
import type { View } from './define-view.ts';
import { noteRefreshed, type Refreshed } from './record.ts';
import type { Incremental } from './refresh-policy.ts';

/** Share of a view's rows beyond which it is faster to recompute all of them than to go key by key. */
const worthwhileShare = 0.2;

export interface RefreshOptions {
  /** Recompute all rows of an incremental view, whatever has changed; default false. */
  full?: boolean | undefined;
  /** Make readers wait, which is faster where all is new; default false. */
  exclusive?: boolean | undefined;
}

const countOf = async (client: DatabaseClient, from: string): Promise<number> => {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::float8 as count from ${from}`,
  );
  return rows[0]?.count ?? 0;
};

const isTruncated = async (client: DatabaseClient, view: View): Promise<boolean> => {
  const { rows } = await client.query<{ found: boolean }>(
    `select ${changeLogsOf(view).map(isAllChanged).join(' or ')} as found`,
  );
  return rows[0]?.found === true;
};

const runAll = async (client: DatabaseClient, statements: readonly string[]): Promise<number> => {
  let changed = 0;
  for (const sql of statements) changed = (await client.query(sql)).rowCount ?? 0;
  return changed;
};

const replaceAll = async (client: DatabaseClient, view: View, exclusive: boolean) => {
  for (const log of changeLogsOf(view)) await client.query(dropChanges(log));
  const { relation, sql } = view;
  const anew = [`truncate ${relation}`, `insert into ${relation} ${sql}`];
  await runAll(client, exclusive ? anew : recomputeAll(view));
};

/** @returns how many rows were recomputed; null when all were, for too many had changed. */
const replaceChanged = async (
  client: DatabaseClient,
  view: View,
  incremental: Incremental,
): Promise<number | null> => {
  if (await isTruncated(client, view)) {
    await replaceAll(client, view, false);
    return null;
  }
  await client.query(createChangedKeys(view, incremental));
  for (const log of changeLogsOf(view)) await client.query(takeChanges(log, incremental));
  const keys = await countOf(client, changedKeys);
  if (keys === 0) return 0;
  if (keys > worthwhileShare * (await countOf(client, view.relation))) {
    await runAll(client, recomputeAll(view));
    return null;
  }
  await client.query(`analyze ${changedKeys}`);
  return runAll(client, recomputeChanged(view, incremental));
};

const replaceRows = async (
  client: DatabaseClient,
  view: View,
  { full = false, exclusive = false }: RefreshOptions,
): Promise<number | null> => {
  const { incremental } = view.refresh;
  if (!incremental) {
    const how = exclusive ? '' : 'concurrently';
    await client.query(`refresh materialized view ${how} ${view.relation}`);
    return null;
  }
  if (!full && !exclusive) return replaceChanged(client, view, incremental);
  await replaceAll(client, view, exclusive);
  return null;
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
    const recomputed = await replaceRows(client, view, options);
    const rows = await countOf(client, view.relation);
    const refreshed = { rows, recomputed, tookMs: performance.now() - startedAt };
    await noteRefreshed(client, view.name, refreshed);
    await client.query('commit');
    return refreshed;
  } catch (err) {
    await client.query('rollback').catch(() => undefined);
    throw err;
  }
};
