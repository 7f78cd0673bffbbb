import { randomUUID } from 'node:crypto';
import type { Transactional } from '@drover/shared/database/in-transaction';
import type { Keys } from '@drover/shared/keys';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { pipelined } from '@drover/shared/redis/pipelines';
import { createConsumer } from './consume.ts';
import { createDays } from './days.ts';
import { createPlace, type Round } from './place.ts';
import type { RecordingParts } from './record.ts';
import { type EventStream, streamsOf } from './streams.ts';
import { tendStreams } from './tend.ts';
import { createTurns } from './turns.ts';

/** Beyond this fullness of a stream there is no more time to give way to others. */
export const pressing = 0.5;

/**
 * Statements that write at once, each on a connection of its own: while one is committed, another is
 * carried out.
 */
const writersAtOnce = 2;

export interface RecorderOptions {
  redis: RedisClient;
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

/** Records the changes of jobs, of all partitions. */
export interface Recorder {
  /**
   * Records what is new; done again after a failure, it begins where that one failed.
   * @throws when Redis or Postgres fail: then nothing is acknowledged that is not recorded.
   */
  round(): Promise<Round>;
  /** Waits until nothing is under way; what has failed meanwhile the next round tells. */
  settle(): Promise<void>;
  /** Rounds, until there is nothing more. */
  catchUp(): Promise<{ entries: number; rows: number }>;
  /** Records what it was given already, and asks for no more. */
  finish(): Promise<void>;
  /** How full the fullest stream is, of what it may hold: at 1, entries are lost. */
  fullness(): Promise<number>;
  /** Trims what is recorded and takes over what recorders that are gone have left. */
  tend(): Promise<void>;
}

/** Makes a recorder that runs when it is told to. */
export const createRecorder = (options: RecorderOptions): Recorder => {
  const { redis, keys, db, partitions, backlog } = options;
  const name = `${options.name}:${randomUUID()}`;
  const parts: RecordingParts = { redis, keys, db, days: createDays(options), log: options.log };
  const turns = createTurns(writersAtOnce);
  const places = Array.from({ length: partitions }, (_, partition) =>
    createPlace({
      streams: streamsOf(keys, partition),
      consumer: createConsumer({ redis, keys, partition, name, backlog }),
      ...{ parts, turns },
    }),
  );

  const round = async (): Promise<Round> => {
    const rounds: Round[] = [];
    for (const place of places) rounds.push(await place.round());
    return {
      entries: rounds.reduce((sum, { entries }) => sum + entries, 0),
      rows: rounds.reduce((sum, { rows }) => sum + rows, 0),
      hasMore: rounds.some(({ hasMore }) => hasMore),
    };
  };

  const longest = async (): Promise<number> => {
    const all = places.flatMap(({ streams }) => streams);
    const partitionOf = ({ partition }: EventStream) => partition;
    const lengths = await pipelined(redis, all, partitionOf, (batch, { key }) => batch.xlen(key));
    return Math.max(...lengths.map(Number));
  };

  return {
    round,
    settle: async () => {
      for (const place of places) await place.settle();
    },
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
      for (const place of places) await place.finish();
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
        await place.takeOver();
      }
    },
  };
};
