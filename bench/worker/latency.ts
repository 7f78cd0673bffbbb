import { watchRedis } from '../http/redis-under-load.ts';
import { describeMachine, type Machine } from '../machine.ts';
import { median } from '../percentiles.ts';
import { type Resources, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { type Contestant, startBare, startDrover } from './contestant.ts';
import { observerPort } from './observer.ts';
import { openLoop } from './open-loop.ts';
import { lineUp, runJobs } from './run-jobs.ts';
import { hearStarts } from './starts.ts';

export const latencyPlan = {
  concurrency: 10,
  /** Jobs whose rate is full load: those that wait already, and none are added. */
  fullLoad: { jobs: 6_000, runs: 3 },
  load: 0.5,
  rounds: 3,
  roundMs: 4_000,
  warmUpMs: 2_000,
} as const;

/** Milliseconds from the moment when a job is to be added to its start, in one round. */
export type LatencyRound = Readonly<Record<'drover' | 'bare', readonly number[]>>;

export interface Latency {
  readonly plan: typeof latencyPlan;
  readonly machine: Machine & { readonly redis: string };
  /** Jobs that were added a second. */
  readonly perSecond: number;
  readonly rounds: readonly LatencyRound[];
}

/** How soon jobs start while the worker is half as busy as it can be, beside bare BullMQ. */
export const measureLatency = async (resources: Resources): Promise<Latency> => {
  say('starting Redis, Postgres and the workers…');
  const servers = await startServers(resources);
  const redis = await watchRedis(resources, servers.redisUrl);
  const starts = await hearStarts(resources);
  const { concurrency, fullLoad } = latencyPlan;
  const env = { [observerPort]: String(starts.port) };
  const [drover, bare] = await Promise.all([
    startDrover(resources, servers, {
      concurrency,
      env,
      nodeOptions: ['--import=./bench/worker/observe-drover.ts'],
    }),
    startBare(resources, servers, { concurrency, env }),
  ]);

  const rates: number[] = [];
  while (rates.length < fullLoad.runs) {
    say(`full load of Drover: run ${rates.length + 1} of ${fullLoad.runs}…`);
    await redis.empty();
    await lineUp(drover, fullLoad.jobs);
    const { jobs, seconds } = await runJobs(drover, redis, { jobs: fullLoad.jobs, concurrency });
    rates.push(jobs / seconds);
  }
  const perSecond = Math.round(latencyPlan.load * median(rates));

  const run = async ({ add }: Contestant, ms: number) => {
    await redis.empty();
    return openLoop(add, starts, { perSecond, ms });
  };
  say(`${perSecond} jobs a second: warming up…`);
  await run(drover, latencyPlan.warmUpMs);
  await run(bare, latencyPlan.warmUpMs);
  const rounds: LatencyRound[] = [];
  while (rounds.length < latencyPlan.rounds) {
    say(`round ${rounds.length + 1} of ${latencyPlan.rounds}…`);
    rounds.push({
      drover: await run(drover, latencyPlan.roundMs),
      bare: await run(bare, latencyPlan.roundMs),
    });
  }
  return {
    plan: latencyPlan,
    machine: { ...describeMachine(), redis: redis.version },
    perSecond,
    rounds,
  };
};
