import { watchRedis } from '../http/redis-under-load.ts';
import { describeMachine, type Machine } from '../machine.ts';
import { type Resources, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { startBare, startDrover } from '../worker/contestant.ts';
import { value } from '../worker/places.ts';
import { lineUp, runJobs } from '../worker/run-jobs.ts';
import { createBareChain } from './bare-chain.ts';
import { createWorkflowClient, type WorkflowClient } from './client.ts';

export const plan = {
  concurrency: 50,
  rounds: 5,
  chain: { length: 10, perRound: 30 },
  crowd: { chains: 1_000, length: 10, plainJobs: 10_000 },
  fan: { width: 500, sleepMs: 50 },
} as const;

/** One round; all of it in the same minute. */
export interface Round {
  /** Milliseconds of each chain, from its submission to the news of its end. */
  readonly chains: { readonly drover: readonly number[]; readonly bare: readonly number[] };
  /** Of 1 000 chains at once: steps a second; and plain jobs a second of the same worker. */
  readonly stepsPerSecond: number;
  readonly jobsPerSecond: number;
  /** Milliseconds from the first start of the wide part to its last end, and that of plain jobs. */
  readonly fan: { readonly steps: number; readonly jobs: number };
}

export interface Results {
  readonly plan: typeof plan;
  readonly machine: Machine & { readonly redis: string };
  readonly rounds: readonly Round[];
}

const echo = { type: 'demo.echo', payload: { value } };
const chainOf = (length: number) => ({ chain: Array.from({ length }, () => echo) });

const timeChain = async (client: WorkflowClient, length: number): Promise<number> => {
  const startedAt = performance.now();
  await client.end(await client.submit(chainOf(length)));
  return performance.now() - startedAt;
};

/** Steps a second of many chains that were submitted while the queue was held back. */
const timeCrowd = async (client: WorkflowClient, before: number): Promise<number> => {
  const { chains, length } = plan.crowd;
  const queue = client.queues.get('demo', 0);
  await queue.pause();
  for (let n = 0; n < chains; n += 50) {
    await Promise.all(Array.from({ length: 50 }, () => client.submit(chainOf(length))));
  }
  const startedAt = performance.now();
  await queue.resume();
  await client.untilSucceeded(before + chains);
  return (1_000 * chains * length) / (performance.now() - startedAt);
};

const sleeping = (needs: readonly string[]) => ({
  type: 'demo.sleep',
  payload: { ms: plan.fan.sleepMs },
  needs: [...needs],
});

const span = (times: readonly { begun?: number | undefined; at: number }[]): number =>
  Math.max(...times.map(({ at }) => at)) - Math.min(...times.map(({ begun = Infinity }) => begun));

/** The wide part of one step, then many side by side, then one. */
const timeFan = async (client: WorkflowClient): Promise<number> => {
  const names = Array.from({ length: plan.fan.width }, (_, n) => `s${n}`);
  const wide = names.map((name) => [name, sleeping(['first'])] as const);
  const workflow = await client.submit({
    steps: {
      first: echo,
      ...Object.fromEntries(wide),
      last: { ...echo, needs: names },
    },
  });
  await client.end(workflow);
  const { steps } = await client.read(workflow);
  return span(steps.slice(1, -1).flatMap(({ outcome }) => outcome ?? []));
};

/** As many plain jobs of the same kind, added at once. */
const timePlainFan = async (client: WorkflowClient): Promise<number> => {
  const one = { type: 'demo.sleep', payload: { ms: plan.fan.sleepMs } };
  const workflow = await client.submit({
    group: Array.from({ length: plan.fan.width }, () => one),
  });
  await client.end(workflow);
  const { steps } = await client.read(workflow);
  return span(steps.flatMap(({ outcome }) => outcome ?? []));
};

export const measure = async (resources: Resources): Promise<Results> => {
  say('starting Redis, Postgres and the workers…');
  const servers = await startServers(resources);
  const redis = await watchRedis(resources, servers.redisUrl);
  const { concurrency } = plan;
  const [drover] = await Promise.all([
    startDrover(resources, servers, { concurrency }),
    startBare(resources, servers, { concurrency }),
  ]);
  const client = await createWorkflowClient(resources, servers);
  const bareChain = await createBareChain(resources, servers);

  /** What has told of its end has a few things to do still. */
  const emptied = async () => {
    await client.untilSettled();
    await redis.empty();
  };

  const takeRound = async (): Promise<Round> => {
    const { length, perRound } = plan.chain;
    const chains = { drover: [] as number[], bare: [] as number[] };
    await emptied();
    for (let n = 0; n < perRound; n += 1) {
      chains.drover.push(await timeChain(client, length));
      chains.bare.push(await bareChain(length));
    }
    await emptied();
    const stepsPerSecond = await timeCrowd(client, 0);
    await emptied();
    const { plainJobs } = plan.crowd;
    await lineUp(drover, plainJobs);
    const { jobs, seconds } = await runJobs(drover, redis, { jobs: plainJobs, concurrency });
    await emptied();
    const fan = { steps: await timeFan(client), jobs: await timePlainFan(client) };
    return { chains, stepsPerSecond, jobsPerSecond: jobs / seconds, fan };
  };

  say('warming up…');
  await takeRound();
  const rounds: Round[] = [];
  while (rounds.length < plan.rounds) {
    say(`round ${rounds.length + 1} of ${plan.rounds}…`);
    rounds.push(await takeRound());
  }
  return { plan, machine: { ...describeMachine(), redis: redis.version }, rounds };
};
