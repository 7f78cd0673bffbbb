import { hash, randomFillSync } from 'node:crypto';
import { decodeTime, monotonicFactory, ulid } from 'ulid';
import { maxPartition } from './keys.ts';

/** Where a job lives, read from its id: ids route themselves, there is no lookup table. */
export interface JobAddress {
  id: string;
  queue: string;
  partition: number;
}

const pattern = /^([a-z][a-z0-9-]{0,30})\.(0|[1-9]\d{0,3})\.[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** Random bytes that are at hand: asking for them one by one costs more than all the rest of an id. */
const pool = new Uint8Array(4_096);
let position = pool.length;

/** A random number from 0 up to 1; ids draw five bits of it at a time. */
const random = (): number => {
  if (position === pool.length) {
    randomFillSync(pool);
    position = 0;
  }
  const byte = pool[position] as number;
  position += 1;
  return byte / 256;
};

let next = monotonicFactory(random);
let latest = 0;

/** ULIDs that one process makes in one millisecond sort as they were made; a clock may be set back. */
const newUlid = (): string => {
  const now = Date.now();
  if (now < latest) next = monotonicFactory(random);
  latest = now;
  return next(now);
};

/**
 * A new id `<queue>.<partition>.<ulid>`, lower case. Ids of one queue and partition sort by time, those
 * of one process in the order in which they were made.
 */
export const newJobId = (queue: string, partition: number): string =>
  `${queue}.${partition}.${newUlid().toLowerCase()}`;

/**
 * The id that `seed` stands for: the same for the same seed and time, and as unlikely to meet another
 * as a new one.
 * @param at the time that it sorts by, in milliseconds.
 */
export const derivedJobId = (
  queue: string,
  partition: number,
  { seed, at }: { seed: string; at: number },
): string => {
  const bytes = hash('sha256', seed, 'buffer');
  let drawn = 0;
  const draw = () => (bytes[drawn++] ?? 0) / 256;
  return `${queue}.${partition}.${ulid(at, draw).toLowerCase()}`;
};

/** @returns undefined when the text is not a job id. */
export const parseJobId = (id: string): JobAddress | undefined => {
  const [, queue, number] = pattern.exec(id) ?? [];
  const partition = Number(number);
  return queue === undefined || partition > maxPartition ? undefined : { id, queue, partition };
};

/** When the id was made, in milliseconds since 1970; undefined when the text is not a job id. */
export const submittedAt = (id: string): number | undefined =>
  parseJobId(id) && decodeTime(id.slice(-26).toUpperCase());
