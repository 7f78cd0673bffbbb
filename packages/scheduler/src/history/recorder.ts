import { randomUUID } from 'node:crypto';
import type { Transactional } from '@drover/shared/database/in-transaction';
import type { Keys } from '@drover/shared/keys';
import type { Log } from '@drover/shared/log';
import type { Redis } from 'ioredis';
import { type Consumer, createConsumer, type Delivery } from './consume.ts';
import { createDays } from './days.ts';
import { addHints, type Hint } from './entries.ts';
import { type RecordingParts, recordJobs } from './record.ts';
import { streamsOf } from './streams.ts';
import { tendStreams } from './tend.ts';

/** Beyond this fullness of a stream there is no more time to give way to others. */
export const pressing = 0.5;

export interface RecorderOptions {
  redis: Redis;
  keys: Keys;
  db: Transactional;
  partitions: number;
  /** Entries of each queue that Redis keeps until they are recorded. */
  backlog: number;
  /** How long rows are kept, in days. */
  keptDays: number;
  /** Names this process among the recorders; a random name is added. */
  name: string;
  log: Log;
}

/** What a round has done. */
export interface Round {
  /** Entries of the streams that it dealt with, and rows that it wrote for them. */
  readonly entries: number;
  readonly rows: number;
  /** Whether there is more to do at once. */
  readonly hasMore: boolean;
}

/** Records the changes of jobs, of all partitions. */
export interface Recorder {
  /**
   * Records what is new; done again after a failure, it begins where that one failed.
   * @throws when Redis or Postgres fail: then nothing is acknowledged that is not recorded.
   */
  round(): Promise<Round>;
  /** Rounds, until there is nothing more. */
  catchUp(): Promise<{ entries: number; rows: number }>;
  /** Records what it was given already, and asks for no more. */
  finish(): Promise<void>;
  /** How full the fullest stream is, of what it may hold: at 1, entries are lost. */
  fullness(): Promise<number>;
  /** Trims what is recorded and takes over what recorders that are gone have left. */
  tend(): Promise<void>;
}

const recordDeliveries = async (
  consumer: Consumer,
  deliveries: readonly Delivery[],
  parts: RecordingParts,
): Promise<{ entries: number; rows: number }> => {
  const hints = new Map<string, Hint>();
  for (const { stream, entries } of deliveries) addHints(hints, stream, entries);
  const rows = hints.size > 0 ? await recordJobs([...hints.values()], parts) : 0;
  if (deliveries.length > 0) await consumer.acknowledge(deliveries);
  return { rows, entries: deliveries.reduce((sum, { entries }) => sum + entries.length, 0) };
};

/** Makes a recorder that runs when it is told to. */
export const createRecorder = (options: RecorderOptions): Recorder => {
  const { redis, keys, db, partitions, backlog } = options;
  const name = `${options.name}:${randomUUID()}`;
  const parts: RecordingParts = { redis, keys, db, days: createDays(options), log: options.log };
  const places = Array.from({ length: partitions }, (_, partition) => ({
    streams: streamsOf(keys, partition),
    consumer: createConsumer({ redis, keys, partition, name, backlog }),
    /** What was read and is not recorded yet; and what is being read meanwhile. */
    pending: [] as Delivery[],
    next: undefined as Promise<Delivery[]> | undefined,
  }));
  type Place = (typeof places)[number];

  const recordPending = async (place: Place) => {
    const done = await recordDeliveries(place.consumer, place.pending, parts);
    place.pending = [];
    return done;
  };

  /** Reads what comes next while Postgres writes what was read before. */
  const roundOf = async (place: Place): Promise<Round> => {
    const { consumer } = place;
    if (place.pending.length === 0) {
      const reading = place.next ?? consumer.read();
      place.next = undefined;
      place.pending = await reading;
    }
    const { hasMore } = consumer;
    if (consumer.canReadAhead) {
      place.next ??= consumer.read();
      // Whoever awaits it next is told; that nobody does yet is no fault.
      place.next.catch(() => undefined);
    }
    return { ...(await recordPending(place)), hasMore: hasMore || place.next !== undefined };
  };

  const round = async (): Promise<Round> => {
    const rounds: Round[] = [];
    for (const place of places) rounds.push(await roundOf(place));
    return {
      entries: rounds.reduce((sum, { entries }) => sum + entries, 0),
      rows: rounds.reduce((sum, { rows }) => sum + rows, 0),
      hasMore: rounds.some(({ hasMore }) => hasMore),
    };
  };

  const longest = async (): Promise<number> => {
    const pipeline = redis.pipeline();
    for (const { streams } of places) for (const { key } of streams) pipeline.xlen(key);
    return Math.max(...((await pipeline.exec()) ?? []).map(([, length]) => Number(length)));
  };

  return {
    round,
    catchUp: async () => {
      const total = { entries: 0, rows: 0 };
      for (;;) {
        const { entries, rows, hasMore } = await round();
        total.entries += entries;
        total.rows += rows;
        if (!hasMore) return total;
      }
    },
    finish: async () => {
      for (const place of places) {
        await recordPending(place);
        place.pending = (await place.next) ?? [];
        place.next = undefined;
        await recordPending(place);
      }
    },
    fullness: async () => {
      // What is recorded does not count, if it need not stay.
      if ((await longest()) >= pressing * backlog) {
        for (const { streams } of places) await tendStreams(redis, streams);
      }
      return (await longest()) / backlog;
    },
    tend: async () => {
      for (const place of places) {
        await tendStreams(redis, place.streams);
        if (place.pending.length > 0) continue;
        place.pending = await place.consumer.takeOver();
        if (place.pending.length > 0) await recordPending(place);
      }
    },
  };
};
