import { type RedisUnderLoad, watchRedis } from '../http/redis-under-load.ts';
import { describeMachine, type Machine } from '../machine.ts';
import { forAWhile, type Resources, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { type Contestant, startBare, startDrover } from './contestant.ts';
import { lineUp, runJobs, type Slice } from './run-jobs.ts';

/** Each slice takes a second or two. The warm-up lets Node compile what is hot. */
export const noopPlan = {
  rounds: 3,
  warmUpJobs: 5_000,
  levels: [
    { concurrency: 1, jobs: 4_000 },
    { concurrency: 10, jobs: 8_000 },
    { concurrency: 100, jobs: 10_000 },
  ],
} as const;

/** The default priority of Drover's jobs. */
const priority = 5;

/** The slices of one round, by contestant. */
export type Round = ReadonlyMap<string, readonly Slice[]>;

export interface Level {
  readonly concurrency: number;
  readonly jobs: number;
  readonly rounds: readonly Round[];
}

export interface Noop {
  readonly plan: typeof noopPlan;
  readonly machine: Machine & { readonly redis: string };
  readonly levels: readonly Level[];
}

const takeSlice = async (
  contestant: Contestant,
  redis: RedisUnderLoad,
  load: { jobs: number; concurrency: number },
): Promise<Slice> => {
  await redis.empty();
  await lineUp(contestant, load.jobs);
  return runJobs(contestant, redis, load);
};

/** Two slices of each contestant, there and back, so that whatever else goes on meets all alike. */
const takeRound = async (
  contestants: readonly Contestant[],
  redis: RedisUnderLoad,
  load: { jobs: number; concurrency: number },
): Promise<Round> => {
  const round = new Map<string, Slice[]>(contestants.map(({ name }) => [name, []]));
  for (const contestant of [...contestants, ...contestants.toReversed()]) {
    round.get(contestant.name)?.push(await takeSlice(contestant, redis, load));
  }
  return round;
};

const measureLevel = async (
  resources: Resources,
  servers: Servers,
  redis: RedisUnderLoad,
  { concurrency, jobs }: (typeof noopPlan.levels)[number],
): Promise<Level> => {
  say(`concurrency ${concurrency}: starting the workers…`);
  const contestants = await Promise.all([
    startDrover(resources, servers, { concurrency }),
    startBare(resources, servers, { concurrency }),
    startBare(resources, servers, { concurrency, priority }),
  ]);
  for (const contestant of contestants) {
    await takeSlice(contestant, redis, { concurrency, jobs: noopPlan.warmUpJobs });
  }
  const rounds: Round[] = [];
  while (rounds.length < noopPlan.rounds) {
    say(`concurrency ${concurrency}: round ${rounds.length + 1} of ${noopPlan.rounds}…`);
    const order = rounds.length % 2 === 0 ? contestants : contestants.toReversed();
    rounds.push(await takeRound(order, redis, { concurrency, jobs }));
  }
  return { concurrency, jobs, rounds };
};

/** Jobs per second of one worker process, beside bare BullMQ. */
export const measureNoop = async (resources: Resources): Promise<Noop> => {
  const servers = await startServers(resources);
  const redis = await watchRedis(resources, servers.redisUrl);
  const levels: Level[] = [];
  for (const level of noopPlan.levels) {
    levels.push(await forAWhile(resources, (own) => measureLevel(own, servers, redis, level)));
  }
  return { plan: noopPlan, machine: { ...describeMachine(), redis: redis.version }, levels };
};
