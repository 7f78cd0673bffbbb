import { CodedError } from '../errors.ts';
import type { Keys } from '../keys.ts';
import { deadlineIn, within } from '../lifecycle/deadline.ts';
import type { RedisClient } from '../redis/client.ts';
import { connected, producerTimeoutMs } from '../redis/connections.ts';
import { runScript, runScriptForBytes } from '../redis/script.ts';
import { isRedisUnavailable } from '../redis/unavailable.ts';
import type { Packed } from './packing.ts';
import type { Place } from './place.ts';
import {
  acquireLock,
  dropEntry,
  listNames,
  readEntry,
  releaseLock,
  renewLock,
  seizeLock,
  setStamps,
  storeEntry,
} from './scripts.ts';

/** An entry as Redis has it. Times are milliseconds. */
export interface RemoteEntry {
  readonly id: string;
  /** Until it is gone. */
  readonly leftMs: number;
  readonly lifeMs: number;
  /** The part of its life after its ttl. */
  readonly tailMs: number;
  readonly stamps: readonly string[];
  /** Undefined where the reader knows this entry already. */
  readonly packed: Packed | undefined;
}

/** What an answer says, and the clock of invalidations when it was given. */
export interface At {
  readonly clock: number;
}

export type Claim =
  | { readonly kind: 'make'; readonly since: number }
  /** Another has stored a fresh entry meanwhile. */
  | { readonly kind: 'made' }
  /** Another makes it, and is given up after so many milliseconds without a sign of life. */
  | { readonly kind: 'wait'; readonly ms: number };

export interface Storing {
  /** Of the lock, and the clock when it was got; without it the entry is stored whatever others do. */
  readonly right?: { readonly token: string; readonly since: number };
  /** Whether other processes drop what they have. */
  readonly tells: boolean;
  readonly version: number;
  readonly id: string;
  readonly lifeMs: number;
  readonly tailMs: number;
  readonly stamps: readonly string[];
  readonly packed: Packed;
  /** Memory of Redis that the values of the cache may take, in bytes. */
  readonly mostBytes: number;
}

/** Who stores gets `lost` when the right to it is another's, `outdated` when a tag was invalidated. */
export type Stored = At & { readonly outcome: 'stored' | 'lost' | 'outdated' };

/** How long a lock is kept without a sign of life of its holder, in milliseconds. */
export const leaseMs = 3_000;

/** How long readers do without a Redis that does not answer, in milliseconds. */
const pauseMs = 1_000;

/** Stamps without an entry live as long as what is loaded meanwhile may take, in milliseconds. */
const stampMs = 660_000;

/** The entries in Redis. All of it throws connection errors. */
export interface Remote {
  read(place: Place, knownId: string): Promise<At & { entry?: RemoteEntry }>;
  /** @param knownId of the entry that is not wanted; `undefined` when none is. */
  acquire(place: Place, token: string, knownId: string | undefined): Promise<Claim>;
  /** @returns the clock. */
  seize(place: Place, token: string): Promise<number>;
  /** @returns whether the lock is held still. */
  renew(place: Place, token: string): Promise<boolean>;
  release(place: Place, token: string): Promise<void>;
  store(place: Place, storing: Storing): Promise<Stored>;
  drop(place: Place): Promise<At>;
  stamp(stamps: readonly string[]): Promise<At>;
  /** Caches with entries, with their versions. */
  names(): Promise<readonly { name: string; version: number }[]>;
}

const parseEntry = (reply: readonly unknown[]): RemoteEntry => {
  const [, leftMs, id, life, tail, stamps, packing, body] = reply;
  const how = String(packing);
  return {
    id: String(id),
    leftMs: Number(leftMs),
    lifeMs: Number(String(life)),
    tailMs: Number(String(tail)),
    stamps: String(stamps).split('\n'),
    packed:
      how === 'known'
        ? undefined
        : { packing: how === 'zstd' ? 'zstd' : 'raw', body: body as Buffer },
  };
};

export const createRemote = ({ redis, keys }: { redis: RedisClient; keys: Keys }): Remote => {
  let pausedUntil = 0;

  let opening: Promise<void> | undefined;
  const open = async (): Promise<void> => {
    if (redis.status === 'wait') {
      opening = connected(redis).finally(() => {
        opening = undefined;
      });
      opening.catch(() => undefined);
    }
    if (opening) await within(deadlineIn(producerTimeoutMs), 'reaching Redis', opening);
  };

  /** Opens a connection that nobody has opened, and no longer asks for a while who does not answer. */
  const ask = async <T>(command: () => Promise<T>): Promise<T> => {
    if (performance.now() < pausedUntil) throw new Error('Command timed out');
    try {
      await open();
      return await command();
    } catch (err) {
      const isLate =
        err instanceof Error &&
        (err.message === 'Command timed out' ||
          (err instanceof CodedError && err.code === 'deadline-exceeded'));
      if (isLate) pausedUntil = performance.now() + pauseMs;
      throw err;
    }
  };

  return {
    read: async ({ entry, uses, sizes }, knownId) => {
      const places = [entry, keys.cacheClock, uses, sizes];
      const reply = (await ask(() =>
        runScriptForBytes(redis, readEntry, places, [knownId]),
      )) as unknown[];
      const clock = Number(reply[0]);
      return reply.length === 1 ? { clock } : { clock, entry: parseEntry(reply) };
    },
    acquire: async ({ entry, lock, uses, sizes }, token, knownId) => {
      const [kind, number] = (await ask(() =>
        runScript(
          redis,
          acquireLock,
          [entry, lock, keys.cacheClock, uses, sizes],
          [token, leaseMs, knownId ?? '', knownId === undefined ? '1' : '0'],
        ),
      )) as [string, number];
      if (kind === 'make') return { kind, since: number };
      return kind === 'wait' ? { kind, ms: Math.max(0, number) } : { kind: 'made' };
    },
    seize: async ({ lock }, token) =>
      Number(
        await ask(() => runScript(redis, seizeLock, [lock, keys.cacheClock], [token, leaseMs])),
      ),
    renew: async ({ lock }, token) =>
      (await runScript(redis, renewLock, [lock], [token, leaseMs])) === 1,
    release: async ({ entry, lock }, token) => {
      const places = [entry, lock, keys.cacheClock];
      await runScript(redis, releaseLock, places, [token, keys.cacheChanges]);
    },
    store: async ({ cache, entry, lock, uses, sizes }, storing) => {
      const { right, tells, version, id, lifeMs, tailMs, stamps, packed, mostBytes } = storing;
      const places = [entry, lock, keys.cacheClock, keys.cacheNames, uses, sizes];
      const [outcome, clock] = (await ask(() =>
        runScript(redis, storeEntry, places, [
          right?.token ?? '',
          right?.since ?? '',
          tells ? '1' : '0',
          keys.cacheChanges,
          `${cache}:${version}`,
          id,
          lifeMs,
          tailMs,
          stamps.join('\n'),
          packed.packing,
          packed.body,
          mostBytes,
        ]),
      )) as [Stored['outcome'], number];
      return { outcome, clock };
    },
    drop: async ({ entry, lock, uses, sizes }) => {
      const places = [entry, lock, keys.cacheClock, uses, sizes];
      return {
        clock: Number(await ask(() => runScript(redis, dropEntry, places, [keys.cacheChanges]))),
      };
    },
    stamp: async (stamps) => {
      const parameters = [keys.cacheChanges, stamps.join('\n'), stampMs];
      return {
        clock: Number(await ask(() => runScript(redis, setStamps, [keys.cacheClock], parameters))),
      };
    },
    names: async () => {
      const members = (await ask(() => runScript(redis, listNames, [keys.cacheNames]))) as string[];
      return members.map((member) => {
        const [name = '', version] = member.split(':');
        return { name, version: Number(version) };
      });
    },
  };
};

/**
 * Whether a call failed for want of Redis, and a reader goes on without it. One that answers with an
 * error is of no more use than one that is gone.
 */
export const isAway = (err: unknown): boolean =>
  isRedisUnavailable(err) ||
  (err instanceof CodedError && err.code === 'deadline-exceeded') ||
  (err instanceof Error && err.name === 'ReplyError');
