import { setTimeout as sleep } from 'node:timers/promises';
import { withOwnRedis } from '../http/own-redis.ts';
import { watchRedis } from '../http/redis-under-load.ts';
import { describeMachine, type Machine } from '../machine.ts';
import { type Resources, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { type Contestant, startDrover } from './contestant.ts';
import { lineUp } from './run-jobs.ts';

export const backlogPlan = {
  concurrency: 10,
  backlogs: { few: 1_000, many: 1_000_000 },
  rounds: 3,
  turns: 2,
  windowMs: 1_500,
} as const;

/** A worker gets going for so long before a window begins, in milliseconds. */
const settleMs = 30;

/** Finished jobs are replaced this often, in milliseconds: the backlog stays about what it is. */
const refillMs = 20;

/** Least share of a backlog that is always there; on a busy machine, replacing jobs may come too late. */
const leastLeft = 0.2;

/** Windows that are tried until the backlog was there all the time. */
const maxTries = 10;

type Backlog = keyof typeof backlogPlan.backlogs;

/** Jobs per second in the windows of one round, by backlog. */
export type BacklogRound = Readonly<Record<Backlog, readonly number[]>>;

export interface BacklogResults {
  readonly plan: typeof backlogPlan;
  readonly machine: Machine & { readonly redis: string };
  readonly rounds: readonly BacklogRound[];
}

/** A contestant whose queue is as long after a window as before. */
interface Fed extends Contestant {
  readonly backlog: number;
  /** Adds as many jobs as were done since the last call; returns how many these are. */
  refill(): Promise<number>;
}

/** Each backlog has a Redis and a worker of its own: both are there all the time. */
const startFed = async (
  resources: Resources,
  shared: Servers,
  backlog: Backlog,
): Promise<Fed & { redis: string }> => {
  const servers = await withOwnRedis(resources, shared, backlog);
  const redis = await watchRedis(resources, servers.redisUrl);
  const contestant = await startDrover(resources, servers, {
    concurrency: backlogPlan.concurrency,
  });
  const jobs = backlogPlan.backlogs[backlog];
  say(`lining ${jobs} jobs up…`);
  await lineUp(contestant, jobs);
  let replaced = 0;
  const refill = async () => {
    const done = (await contestant.queue.getCompletedCount()) - replaced;
    await contestant.crowd.grow(done);
    replaced += done;
    return done;
  };
  return { ...contestant, backlog: jobs, redis: redis.version, refill };
};

/**
 * Lets the worker work for a while.
 * @returns its jobs per second; undefined when the queue was too short at times.
 */
const tryWindow = async ({ queue, backlog, refill }: Fed): Promise<number | undefined> => {
  await queue.resume();
  await sleep(settleMs);
  let isShort = (await refill()) > (1 - leastLeft) * backlog;
  const startedAt = performance.now();
  let readAt = startedAt;
  let done = 0;
  while (readAt - startedAt < backlogPlan.windowMs) {
    await sleep(refillMs);
    readAt = performance.now();
    const since = await refill();
    done += since;
    isShort ||= since > (1 - leastLeft) * backlog;
  }
  await queue.pause();
  return isShort ? undefined : (1_000 * done) / (readAt - startedAt);
};

const takeWindow = async (fed: Fed): Promise<number> => {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const rate = await tryWindow(fed);
    if (rate !== undefined) return rate;
  }
  throw new Error('this machine is too busy to keep a queue as long as it is to be');
};

const takeRound = async (few: Fed, many: Fed): Promise<BacklogRound> => {
  const round = { few: [] as number[], many: [] as number[] };
  for (let turn = 0; turn < backlogPlan.turns; turn += 1) {
    round.few.push(await takeWindow(few));
    round.many.push(await takeWindow(many));
    round.many.push(await takeWindow(many));
    round.few.push(await takeWindow(few));
  }
  return round;
};

/** What the length of the queue does to the speed of a worker. */
export const measureBacklog = async (resources: Resources): Promise<BacklogResults> => {
  const servers = await startServers(resources);
  const few = await startFed(resources, servers, 'few');
  const many = await startFed(resources, servers, 'many');
  say('warming up…');
  await takeRound(few, many);
  const rounds: BacklogRound[] = [];
  while (rounds.length < backlogPlan.rounds) {
    say(`round ${rounds.length + 1} of ${backlogPlan.rounds}…`);
    rounds.push(await takeRound(few, many));
  }
  return { plan: backlogPlan, machine: { ...describeMachine(), redis: few.redis }, rounds };
};
