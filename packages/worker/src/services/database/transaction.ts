import { RetryLater } from '@drover/jobs/definition/errors';
import { poolUse } from '@drover/shared/database/pool';
import type { Pool, PoolClient } from 'pg';
import { cancelOnAbort } from './cancel-on-abort.ts';

/** How soon a job tries again when all connections are in use. */
const saturatedDelay = '2s';

/** A transaction of one job on a connection of its own. Disposing of it without a commit undoes it. */
export interface Transaction extends AsyncDisposable {
  readonly client: PoolClient;
  commit(): Promise<void>;
}

export interface TransactionOptions {
  /** The statement that begins it. */
  begin: string;
  /** Stops the statement under way on the server, and with it the transaction. */
  signal: AbortSignal;
}

const acquire = async (pool: Pool): Promise<PoolClient> => {
  try {
    return await pool.connect();
  } catch (err) {
    const { max, open, waiting } = poolUse(pool);
    // Long jobs have them all; that is nobody's failure.
    if (open >= max || waiting > 0) {
      throw new RetryLater(saturatedDelay, 'all database connections are in use');
    }
    throw err;
  }
};

/** @throws RetryLater when the pool has no connection to spare. */
export const beginTransaction = async (
  pool: Pool,
  { begin, signal }: TransactionOptions,
): Promise<Transaction> => {
  signal.throwIfAborted();
  const client = await acquire(pool);
  // A lost connection also fails the query under way; without a listener it would end the process.
  const ignore = () => undefined;
  client.on('error', ignore);
  let isCommitted = false;
  let stopListening = () => {};

  const release = () => {
    stopListening();
    client.removeListener('error', ignore);
    // Closing the connection undoes the transaction, whatever state it is in.
    client.release(!isCommitted);
  };

  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const { connectionString: url = '', application_name: name = '' } = pool.options;
    stopListening = cancelOnAbort({ pid: rows[0]?.pid ?? 0, url, name }, signal);
    await client.query(begin);
    signal.throwIfAborted();
  } catch (err) {
    release();
    throw err;
  }
  return {
    client,
    commit: async () => {
      signal.throwIfAborted();
      stopListening();
      await client.query('commit');
      isCommitted = true;
    },
    [Symbol.asyncDispose]: async () => release(),
  };
};
