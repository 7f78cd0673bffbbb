import type { Keys } from '@drover/shared/keys';
import { lastScoreOf } from '@drover/shared/queues/delayed-score';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript } from '@drover/shared/redis/script';
import { lastPriority } from '../contract/submission.ts';
import { figuresScript, keyNames } from './figures-script.ts';

/** How many jobs have finished in which minutes. BullMQ writes a minute down when a job of a later one ends. */
export interface FinishedByMinute {
  /** All that ever have, and all that had before `since`. */
  readonly count: number;
  readonly countBefore: number;
  /** The first end in the minute of the latest one, in milliseconds since 1970; 0 when there was none. */
  readonly since: number;
  /** Those of the minutes before that of `since`, the latest minute first. */
  readonly earlier: readonly number[];
}

/** Sizes of BullMQ's sets, and what they do not tell. */
export interface QueueFigures {
  readonly paused: boolean;
  /** In `wait`, `paused` and `prioritized`. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Of those that are delayed; an index of ours. */
  readonly retrying: number;
  readonly waitingChildren: number;
  readonly completed: number;
  readonly failed: number;
  /** Of those that failed; indexes of ours, which may name jobs that are gone. */
  readonly canceled: number;
  readonly expired: number;
  /** Milliseconds since 1970; undefined when no job waits. */
  readonly oldestDueAt: number | undefined;
  readonly completedByMinute: FinishedByMinute;
  readonly failedByMinute: FinishedByMinute;
}

type Minutes = [record: (string | null)[], earlier: string[]];

/** What the script returns: the fields of {@link QueueFigures} in their order. */
type Reply = [
  paused: number,
  waiting: number,
  active: number,
  delayed: number,
  retrying: number,
  waitingChildren: number,
  completed: number,
  failed: number,
  canceled: number,
  expired: number,
  oldestDueAt: number,
  completedByMinute: Minutes,
  failedByMinute: Minutes,
];

const toFinished = ([record, earlier]: Minutes): FinishedByMinute => {
  const [count = 0, countBefore = 0, since = 0] = record.map(Number);
  return { count, countBefore, since, earlier: earlier.map(Number) };
};

const toFigures = (reply: Reply): QueueFigures => {
  const [paused, waiting, active, delayed, retrying, waitingChildren, ...ended] = reply;
  const [completed, failed, canceled, expired, oldestDueAt, ...byMinute] = ended;
  return {
    paused: paused === 1,
    waiting,
    active,
    delayed,
    retrying,
    waitingChildren,
    completed,
    failed,
    canceled,
    expired,
    oldestDueAt: oldestDueAt < 0 ? undefined : oldestDueAt,
    completedByMinute: toFinished(byMinute[0]),
    failedByMinute: toFinished(byMinute[1]),
  };
};

/** The figures of one queue in one partition, of one moment. One command. */
export const readFigures = async (
  { redis, keys }: { redis: RedisClient; keys: Keys },
  queue: string,
  partition: number,
  now: number,
): Promise<QueueFigures> => {
  const key = (name: string) => keys.inQueue(queue, partition, name);
  const parameters = [key(''), now, lastScoreOf(now), lastPriority];
  return toFigures((await runScript(redis, figuresScript, keyNames.map(key), parameters)) as Reply);
};
