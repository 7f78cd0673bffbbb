import { setTimeout as sleep } from 'node:timers/promises';
import { type Deadline, within } from '../lifecycle/deadline.ts';
import type { Log } from '../log.ts';
import type { WriteBehind, WriteBehindOptions } from './cache.ts';

/** A batch that fails is tried again after this long, then after twice as long each time. Milliseconds. */
const firstRetryMs = 100;
const maxRetryMs = 5_000;

/** A writer that caches own and flush when they stop. */
export interface BufferedWriter<Value> extends WriteBehind<Value> {
  /** The value of a key whose write is under way or to come. */
  unwritten(key: string): { readonly value: Value } | undefined;
  /** Flushes by the deadline. @throws CodedError `deadline-exceeded`; the rest is lost with the process. */
  stop(deadline: Deadline): Promise<void>;
}

/**
 * Gathers writes and flushes them in batches, one at a time and in the order of their first write. What is
 * not flushed lives in this process alone.
 */
export const createWriteBehind = <Value>(
  options: WriteBehindOptions<Value> & {
    name: string;
    /** Puts a value into the cache; never throws. */
    put: (key: string, value: Value) => Promise<void>;
    log: Log;
  },
): BufferedWriter<Value> => {
  const { flush, maxBatch = 100, everyMs = 1_000, maxPending = 10_000, put, log, name } = options;
  const pending = new Map<string, Value>();
  /** A key's values reach the cache in the order of their writes, however long each takes to pack. */
  const puts = new Map<string, Promise<void>>();
  const putInTurn = (key: string, value: Value): Promise<void> => {
    const turn = (puts.get(key) ?? Promise.resolve())
      .then(() => put(key, value))
      .finally(() => {
        if (puts.get(key) === turn) puts.delete(key);
      });
    puts.set(key, turn);
    return turn;
  };

  /** What is being flushed. */
  let batch = new Map<string, Value>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;
  let room = Promise.withResolvers<void>();

  /** Until it succeeds: what was accepted is not given up while the process lives. */
  const flushBatch = async () => {
    for (let delay = firstRetryMs; ; delay = Math.min(delay * 2, maxRetryMs)) {
      try {
        return await flush([...batch]);
      } catch (err) {
        log.warn(
          { cache: name, keys: batch.size, err: err as Error },
          'write-behind: trying again',
        );
        await sleep(delay, undefined, { ref: false });
      }
    }
  };

  const drain = async () => {
    clearTimeout(timer);
    timer = undefined;
    while (pending.size > 0) {
      batch = new Map([...pending].slice(0, maxBatch));
      for (const key of batch.keys()) pending.delete(key);
      await flushBatch();
      batch = new Map();
      room.resolve();
      room = Promise.withResolvers();
    }
  };
  const drainOnce = (): Promise<void> => {
    flushing ??= drain().finally(() => {
      flushing = undefined;
      if (pending.size > 0) schedule();
    });
    return flushing;
  };
  const schedule = () => {
    if (pending.size >= maxBatch) void drainOnce();
    else timer ??= setTimeout(() => void drainOnce(), everyMs);
  };

  const flushAll = async () => {
    while (flushing || pending.size > 0) await drainOnce();
  };

  return {
    get pending() {
      return pending.size + batch.size;
    },
    unwritten: (key) => {
      const holder = pending.has(key) ? pending : batch;
      return holder.has(key) ? { value: holder.get(key) as Value } : undefined;
    },
    write: async (key, value) => {
      while (pending.size + batch.size >= maxPending && !pending.has(key)) {
        void drainOnce();
        await room.promise;
      }
      pending.set(key, value);
      schedule();
      await putInTurn(key, value);
    },
    flush: flushAll,
    stop: async (deadline) => {
      try {
        await within(deadline, `flushing the cache "${name}"`, flushAll());
      } catch (err) {
        log.error(
          { cache: name, keys: pending.size + batch.size },
          'write-behind: writes are lost',
        );
        throw err;
      }
    },
  };
};
