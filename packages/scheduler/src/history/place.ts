import type { Consumer, Delivery } from './consume.ts';
import { addHints, type Hint } from './entries.ts';
import { type RecordingParts, startRecording } from './record.ts';
import type { EventStream } from './streams.ts';
import type { Turns } from './turns.ts';
import { unheard } from './unheard.ts';

/** What a round has done. */
export interface Round {
  /** Entries of the streams that it dealt with, and rows that it wrote for them. */
  readonly entries: number;
  readonly rows: number;
  /** Whether there is more to do at once. */
  readonly hasMore: boolean;
}

/** Records the changes of one partition's jobs. */
export interface Place {
  readonly streams: readonly EventStream[];
  /**
   * Records what is new. While there is more, the last of it may still be written when this resolves:
   * the next round waits for it.
   * @throws when Redis or Postgres fail; then the next round begins with what was not recorded.
   */
  round(): Promise<Round>;
  /** Waits until nothing is under way; what has failed meanwhile the next round tells. */
  settle(): Promise<void>;
  /** Records what it was given already, and asks for no more. */
  finish(): Promise<void>;
  /** Records what recorders that are gone have left, if nothing is left here. */
  takeOver(): Promise<void>;
}

type Done = Omit<Round, 'hasMore'>;

const idle: Promise<Done> = Promise.resolve({ entries: 0, rows: 0 });

const sumOf = (all: readonly Done[]): Done => ({
  entries: all.reduce((sum, { entries }) => sum + entries, 0),
  rows: all.reduce((sum, { rows }) => sum + rows, 0),
});

/** @param turns of the statements that write, of all places together. */
export const createPlace = (options: {
  streams: readonly EventStream[];
  consumer: Consumer;
  parts: RecordingParts;
  turns: Turns;
}): Place => {
  const { streams, consumer, parts, turns } = options;
  /** What was given to us and could not be recorded. */
  let left: Delivery[] = [];
  /** What is being read while something is recorded, and what is being recorded still. */
  let next: Promise<Delivery[]> | undefined;
  let underWay = idle;

  /** Acknowledges what is committed. */
  const record = (deliveries: readonly Delivery[]) => {
    const hints = new Map<string, Hint>();
    for (const { stream, entries } of deliveries) addHints(hints, stream, entries);
    const recording = startRecording([...hints.values()], parts, turns);
    const complete = async (): Promise<Done> => {
      try {
        const rows = await recording.done;
        if (deliveries.length > 0) await consumer.acknowledge(deliveries);
        return { rows, entries: deliveries.reduce((sum, { entries }) => sum + entries.length, 0) };
      } catch (err) {
        left.push(...deliveries);
        throw err;
      }
    };
    return { read: recording.read, done: unheard(complete()) };
  };

  const take = async (): Promise<readonly Delivery[]> => {
    if (left.length > 0) {
      const given = left;
      left = [];
      return given;
    }
    const reading = next ?? consumer.read();
    next = undefined;
    return reading;
  };

  /** Reads what comes next while Postgres writes what was read before. */
  const round = async (): Promise<Round> => {
    const deliveries = await take();
    const { hasMore, canReadAhead } = consumer;
    if (canReadAhead) next ??= unheard(consumer.read());
    const before = underWay;
    const { read, done } = record(deliveries);
    underWay = canReadAhead ? done : idle;
    const awaited = canReadAhead ? [before] : [before, done];
    await Promise.allSettled([...awaited, read]);
    await read;
    return { ...sumOf(await Promise.all(awaited)), hasMore: hasMore || next !== undefined };
  };

  const settle = async () => {
    await Promise.allSettled([underWay]);
  };

  return {
    streams,
    round,
    settle,
    finish: async () => {
      await settle();
      const given = [...left, ...((await next) ?? [])];
      left = [];
      next = undefined;
      await record(given).done;
    },
    takeOver: async () => {
      await settle();
      if (left.length === 0) await record(await consumer.takeOver()).done;
    },
  };
};
