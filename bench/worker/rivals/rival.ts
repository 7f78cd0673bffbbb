/** A job queue that a user would pick instead, with a handler that does next to nothing. */
export interface Rival {
  /** Adds jobs in batches of {@link batchSize}, the way that is fastest by its documents. */
  enqueue(count: number): Promise<void>;
  /**
   * Executes the jobs that wait, which are `count`, and resolves when that is stored.
   * @param started to be called when a handler is; only the first call counts.
   */
  execute(count: number, started: () => void): Promise<void>;
}

/** Jobs in one batch: as many as one request to Drover may hold. */
export const batchSize = 1_000;

/** What Drover's jobs echo, and all others have for their data. */
export { value } from '../places.ts';

/** Calls `add` for one batch after the other until there are `count` jobs. */
export const inBatches = async (
  count: number,
  add: (size: number) => Promise<unknown>,
): Promise<void> => {
  for (let left = count; left > 0; left -= batchSize) await add(Math.min(batchSize, left));
};

/** Environment variable with the URL of the Redis or Postgres that a rival works on. */
export const storeUrl = 'BENCH_STORE_URL';
