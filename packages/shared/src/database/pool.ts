import { Pool } from 'pg';
import type { Component } from '../lifecycle/stack.ts';
import type { Log } from '../log.ts';

/** How long a query waits for a free or a new connection. */
const acquireTimeoutMs = 2_000;

/** Connections are closed after this long unused. */
const idleTimeoutMs = 30_000;

/** A pool that connects when first asked. */
export const createPool = (options: { url: string; max: number; name: string; log: Log }): Pool => {
  const pool = new Pool({
    connectionString: options.url,
    max: options.max,
    application_name: options.name,
    connectionTimeoutMillis: acquireTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
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
