import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import type { RawEntry } from './entries.ts';
import { preparationOf, prepareStreams } from './prepare.ts';
import { type EventStream, group, streamsOf } from './streams.ts';

/** Entries of one stream that have been given to us and are not acknowledged yet. */
export interface Delivery {
  readonly stream: EventStream;
  readonly entries: readonly RawEntry[];
}

/** Reads the streams of one partition as a member of the group. */
export interface Consumer {
  /**
   * What is new, or, after a read or an acknowledgement that failed, what we were given before.
   * @throws connection errors; what was given meanwhile comes with the next call.
   */
  read(): Promise<Delivery[]>;
  /** Tells that they are recorded. */
  acknowledge(deliveries: readonly Delivery[]): Promise<void>;
  /** Takes over what others were given and have left lying. */
  takeOver(): Promise<Delivery[]>;
  /** Whether there was more than one call returns. */
  readonly hasMore: boolean;
  /** Whether a call before the acknowledgement of the last one gives anything else. */
  readonly canReadAhead: boolean;
}

/** Entries of a stream that are read at once. A reply should have about so many bytes at most. */
const count = { least: 10, first: 250, most: 2_000 };
const replyBytes = 4_194_304;

/** After this long without a word, gaps may have come about; milliseconds. */
const sureForMs = 2_000;

/** What another has been given this long ago it will not record any more, in milliseconds. */
const abandonedMs = 20_000;

/** Keys and entries of the streams in turn. */
type StreamReply = readonly (string | RawEntry[])[] | null;

const sizeOf = (deliveries: readonly Delivery[]): { bytes: number; most: number } => {
  let bytes = 0;
  let most = 0;
  for (const { entries } of deliveries) {
    most = Math.max(most, entries.length);
    for (const [, fields] of entries) for (const text of fields ?? []) bytes += text.length;
  }
  return { bytes, most };
};

/** Entries that one command acknowledges. */
const acknowledgedAtOnce = 1_000;

export const createConsumer = (options: {
  redis: RedisClient;
  keys: Keys;
  partition: number;
  /** Unique among all recorders. */
  name: string;
  /** Entries that are kept of a stream until they are recorded. */
  backlog: number;
}): Consumer => {
  const { redis, keys, partition, name, backlog } = options;
  const streams = streamsOf(keys, partition);
  const byKey = new Map(streams.map((stream) => [stream.key, stream]));
  const preparation = preparationOf(keys, streams, backlog);
  const streamKeys = streams.map(({ key }) => key);
  let atOnce = count.first;
  let mayHaveOwn = true;
  let surelyUntil = 0;
  let hasMore = false;

  const toDeliveries = (reply: StreamReply): Delivery[] =>
    (reply ?? []).flatMap((key, n) => {
      const stream = typeof key === 'string' ? byKey.get(key) : undefined;
      const entries = reply?.[n + 1] as RawEntry[];
      return stream && entries.length > 0 ? [{ stream, entries }] : [];
    });

  /** Some entries were trimmed although they had been given to somebody: what they told is lost. */
  const noteLost = async (deliveries: readonly Delivery[]) => {
    const lost = deliveries.filter(({ entries }) => entries.some(([, fields]) => !fields));
    if (lost.length === 0) return;
    const marks = lost.flatMap(({ stream }) => [stream.queue, `lost ${Date.now()}`]);
    await redis.hset(keys.historyOwed(partition), ...marks);
  };

  const readGroup = async (from: '>' | '0'): Promise<Delivery[]> => {
    const ids = streamKeys.map(() => from);
    const parameters = ['GROUP', group, name, 'COUNT', atOnce, 'STREAMS', ...streamKeys, ...ids];
    if (performance.now() < surelyUntil) {
      return toDeliveries((await redis.call('XREADGROUP', ...parameters)) as StreamReply);
    }
    // In one transaction: nothing is trimmed between the look for gaps and the read.
    const { keys: names, parameters: given } = preparation;
    const replies = await redis
      .multi()
      .eval(prepareStreams.lua, names.length, ...names, ...given)
      .call('XREADGROUP', ...parameters)
      .exec();
    for (const [err] of replies ?? []) if (err) throw err;
    return toDeliveries((replies?.[1]?.[1] ?? null) as StreamReply);
  };

  const read = async (): Promise<Delivery[]> => {
    const isOwn = mayHaveOwn;
    const deliveries = await readGroup(isOwn ? '0' : '>');
    if (isOwn) await noteLost(deliveries);
    if (isOwn && deliveries.length === 0) mayHaveOwn = false;
    const { bytes, most } = sizeOf(deliveries);
    hasMore = isOwn || most >= atOnce;
    // One who is behind looks every time: what is trimmed meanwhile would be skipped unnoticed.
    surelyUntil = hasMore ? 0 : performance.now() + sureForMs;
    if (hasMore && bytes < replyBytes / 2) atOnce = Math.min(count.most, atOnce * 2);
    if (bytes > replyBytes) {
      atOnce = Math.max(count.least, Math.floor((atOnce * replyBytes) / bytes));
    }
    return deliveries;
  };

  /** What we were given and did not arrive, or was not acknowledged, is asked for again. */
  const orAgain = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (err) {
      mayHaveOwn = true;
      surelyUntil = 0;
      // Should it be that the reply takes too long to come.
      atOnce = Math.max(count.least, Math.floor(atOnce / 2));
      throw err;
    }
  };

  const acknowledge = async (deliveries: readonly Delivery[]) => {
    const pipeline = redis.pipeline();
    for (const { stream, entries } of deliveries) {
      for (let n = 0; n < entries.length; n += acknowledgedAtOnce) {
        const ids = entries.slice(n, n + acknowledgedAtOnce).map(([id]) => id);
        pipeline.xack(stream.key, group, ...ids);
      }
    }
    for (const [err] of (await pipeline.exec()) ?? []) if (err) throw err;
  };

  const takeOver = async (): Promise<Delivery[]> => {
    const taken: Delivery[] = [];
    for (const stream of streams) {
      const reply = (await redis.call(
        ...(['XAUTOCLAIM', stream.key, group, name, abandonedMs, '0', 'COUNT', atOnce] as const),
      )) as [next: string, entries: (RawEntry | null)[], trimmed?: string[]];
      const [, claimed, trimmed = []] = reply;
      const entries = claimed.filter((entry): entry is RawEntry => entry !== null);
      if (entries.length > 0) taken.push({ stream, entries });
      const isLost = trimmed.length > 0 || entries.length < claimed.length;
      if (isLost) await noteLost([{ stream, entries: [['', null]] }]);
    }
    return taken;
  };

  return {
    get hasMore() {
      return hasMore;
    },
    get canReadAhead() {
      return hasMore && !mayHaveOwn;
    },
    read: () => orAgain(read),
    acknowledge: (deliveries) => orAgain(() => acknowledge(deliveries)),
    takeOver: () => orAgain(takeOver),
  };
};
