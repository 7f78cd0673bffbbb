import { request } from 'undici';
import { freePort } from '../../scripts/stack/ports.ts';
import { untilReady } from '../../scripts/stack/readiness.ts';
import { startRole } from '../drover.ts';
import { type Generator, startGenerator } from '../http/load/start-generator.ts';
import { type RedisUnderLoad, watchRedis } from '../http/redis-under-load.ts';
import { tenantEnv, tenantHeaders } from '../http/tenant.ts';
import { describeMachine, type Machine } from '../machine.ts';
import { startProgram } from '../processes.ts';
import { type Resources, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { startDrover } from './contestant.ts';
import { value } from './places.ts';
import { batchSize, storeUrl } from './rivals/rival.ts';
import type { Feat } from './rivals/serve.ts';
import { runJobs } from './run-jobs.ts';

export const rivalsPlan = {
  rounds: 3,
  jobs: 50_000,
  warmUpJobs: 10_000,
  concurrency: 100,
} as const;

/** What one contender did with the jobs of a round, in seconds. */
export interface Feats {
  readonly enqueue: Feat;
  readonly execute: Feat;
}

interface Contender {
  readonly name: string;
  race(jobs: number): Promise<Feats>;
}

/** One round, by contender. */
export type RivalsRound = ReadonlyMap<string, Feats>;

export interface Rivals {
  readonly plan: typeof rivalsPlan;
  readonly machine: Machine & { readonly redis: string };
  readonly rounds: readonly RivalsRound[];
}

const rivals = {
  'pg-boss': 'databaseUrl',
  'graphile-worker': 'databaseUrl',
  'bee-queue': 'redisUrl',
} as const satisfies Record<string, keyof Servers>;

/** A rival in a process of its own, with Node as it comes. */
const startRival = async (
  resources: Resources,
  servers: Servers,
  name: keyof typeof rivals,
): Promise<Contender> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await startProgram(
    resources,
    {
      name,
      entry: `bench/worker/rivals/${name}.ts`,
      env: { PORT: String(port), [storeUrl]: servers[rivals[name]] },
    },
    (ended) => untilReady(`${url}/ready`, { signal: ended }),
  );
  const tell = async (action: string, jobs: number): Promise<Feat> => {
    const { statusCode, body } = await request(`${url}${action}`, {
      method: 'POST',
      body: String(jobs),
      headersTimeout: 0,
    });
    const answer = await body.json();
    if (statusCode !== 200) throw new Error(`${name}: ${answer}`);
    return answer as Feat;
  };
  return {
    name,
    race: async (jobs) => ({
      enqueue: await tell('/enqueue', jobs),
      execute: await tell('/execute', jobs),
    }),
  };
};

const batch = JSON.stringify({
  jobs: Array(batchSize).fill({ type: 'demo.echo', payload: { value } }),
});

/** Drover as its users have it: jobs come over HTTP, and one worker executes them. */
const startOurs = async (
  resources: Resources,
  servers: Servers,
  redis: RedisUnderLoad,
  generator: Generator,
): Promise<Contender> => {
  const { concurrency } = rivalsPlan;
  const [api, worker] = await Promise.all([
    startRole('api', resources, servers, { env: tenantEnv }),
    startDrover(resources, servers, { concurrency, env: tenantEnv }),
  ]);
  const submissions = {
    origin: api.url,
    method: 'POST' as const,
    paths: ['/jobs/batch'],
    headers: { ...tenantHeaders, 'content-type': 'application/json' },
    body: batch,
    status: 202,
  };
  return {
    name: 'Drover',
    race: async (jobs) => {
      await redis.empty();
      await worker.queue.pause();
      const { seconds, cpuSeconds } = await generator.make({
        requests: submissions,
        connections: 2,
        until: { count: jobs / batchSize },
      });
      const slice = await runJobs(worker, redis, { jobs, concurrency });
      return {
        enqueue: { seconds, cpuSeconds },
        execute: { seconds: slice.seconds, cpuSeconds: slice.processor.worker },
      };
    },
  };
};

/** Drover beside what its users would pick instead. */
export const measureRivals = async (resources: Resources): Promise<Rivals> => {
  say('starting Redis, Postgres, Drover and its rivals…');
  const servers = await startServers(resources, { durable: true });
  const redis = await watchRedis(resources, servers.redisUrl);
  const generator = await startGenerator(resources);
  const contenders = [
    await startOurs(resources, servers, redis, generator),
    ...(await Promise.all(
      (Object.keys(rivals) as (keyof typeof rivals)[]).map((name) =>
        startRival(resources, servers, name),
      ),
    )),
  ];

  say('warming up…');
  for (const contender of contenders) await contender.race(rivalsPlan.warmUpJobs);
  const rounds: RivalsRound[] = [];
  while (rounds.length < rivalsPlan.rounds) {
    const order = rounds.length % 2 === 0 ? contenders : contenders.toReversed();
    const round = new Map<string, Feats>();
    for (const contender of order) {
      say(`round ${rounds.length + 1} of ${rivalsPlan.rounds}: ${contender.name}…`);
      round.set(contender.name, await contender.race(rivalsPlan.jobs));
    }
    rounds.push(round);
  }
  return { plan: rivalsPlan, machine: { ...describeMachine(), redis: redis.version }, rounds };
};
