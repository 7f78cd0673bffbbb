import type { Pool, PoolClient } from 'pg';

/** What statements are sent to: a pool, or a connection of one. */
export type Queryable = Pick<Pool, 'query'>;

/** What transactions are begun on. */
export type Transactional = Pick<Pool, 'connect' | 'query'>;

/** Runs `use` in a transaction of its own: all of what it does is there when it resolves, or nothing is. */
export const inTransaction = async <T>(
  pool: Transactional,
  use: (client: PoolClient) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect();
  // A lost connection also fails the query under way; without a listener it would end the process.
  const ignore = () => undefined;
  client.on('error', ignore);
  let isDone = false;
  try {
    await client.query('begin');
    const result = await use(client);
    await client.query('commit');
    isDone = true;
    return result;
  } finally {
    client.removeListener('error', ignore);
    // Closing the connection undoes the transaction, whatever state it is in.
    client.release(!isDone);
  }
};
