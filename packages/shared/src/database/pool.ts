import { Pool } from 'pg';
import type { Component } from '../lifecycle/stack.ts';
import type { Log } from '../log.ts';

/** A transaction that does nothing for this long is rolled back: its process hangs, and its locks must not. */
const idleInTransactionMs = 300_000;

export interface PoolOptions {
  url: string;
  /** Most connections at once. */
  max: number;
  /** Names the process to Postgres, in `pg_stat_activity`. */
  name: string;
  log: Log;
  /** How long a query waits for a free or a new connection; default 2 s. */
  acquireTimeoutMs?: number;
  /** Connections are closed after this long unused; default 30 s. */
  idleTimeoutMs?: number;
  /** Connections are replaced when they are older and free; default 30 min. */
  connectionLifetimeMs?: number;
  /** The server stops longer statements; default 1 min. */
  statementTimeoutMs?: number;
}

/** A pool that connects when first asked. */
export const createPool = (options: PoolOptions): Pool => {
  const pool = new Pool({
    connectionString: options.url,
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 2_000,
    idleTimeoutMillis: options.idleTimeoutMs ?? 30_000,
    maxLifetimeSeconds: Math.ceil((options.connectionLifetimeMs ?? 1_800_000) / 1_000),
    statement_timeout: options.statementTimeoutMs ?? 60_000,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
  });
  // An idle connection that the server drops is replaced at the next query; without a listener it would end the process.
  pool.on('error', (err) =>
    options.log.warn({ reason: err.message }, 'Postgres closed a connection'),
  );
  return pool;
};

/** Closes a pool with the process. */
export const poolComponent = (pool: Pool): Component => ({
  name: 'postgres',
  start: async () => undefined,
  stop: async () => {
    if (!pool.ended) await pool.end();
  },
});

/** The connections of a pool now. */
export interface PoolUse {
  max: number;
  open: number;
  idle: number;
  /** Queries that wait for a connection. */
  waiting: number;
}

export const poolUse = (pool: Pool): PoolUse => ({
  max: pool.options.max,
  open: pool.totalCount,
  idle: pool.idleCount,
  waiting: pool.waitingCount,
});
