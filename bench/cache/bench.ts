// npm run bench cache [-- --json]: a read from memory, from Redis and by the loader, and how soon other
// processes hear of an invalidation.
import { createCaches } from '../../packages/shared/src/cache/create-caches.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { deadlineIn } from '../../packages/shared/src/lifecycle/deadline.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createRedis, redisComponent } from '../../packages/shared/src/redis/connections.ts';
import { createSubscriptions } from '../../packages/shared/src/redis/subscriptions.ts';
import { keyPrefix } from '../drover.ts';
import { describeMachine } from '../machine.ts';
import { startProgram } from '../processes.ts';
import { type Resources, runBench, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { channels, figures, query, remoteFigures, seed } from './figures.ts';
import { toJson, toText } from './report.ts';

const reads = { memory: 20_000, redis: 2_000, loader: 30 };
const invalidations = 200;

/** How long each of so many calls takes, one after the other, in milliseconds. */
const timesOf = async (count: number, call: () => Promise<unknown>): Promise<number[]> => {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times;
};

/** The caches of this process, and what the other one says. */
const openCaches = async (resources: Resources, { redisUrl: url }: Servers) => {
  const log = silentLog();
  const redis = createRedis({ url, purpose: 'producer', name: 'bench', log });
  const subscriptions = createSubscriptions({ url, name: 'bench', log });
  const caches = createCaches({
    redis,
    subscriptions,
    keys: createKeys(keyPrefix),
    maxBytes: 33_554_432,
    log,
  });
  for (const component of [redisComponent(redis), subscriptions, caches]) {
    await component.start();
    resources.defer(() => component.stop(deadlineIn(1_000)));
  }
  let hear: (said: string) => void = () => undefined;
  await subscriptions.subscribe(channels.said, (said) => hear(said));
  const nextWord = () =>
    new Promise<string>((resolve) => {
      hear = resolve;
    });
  return { caches, redis, nextWord };
};

type Opened = Awaited<ReturnType<typeof openCaches>>;

const measureInvalidations = async ({ caches, redis, nextWord }: Opened): Promise<number[]> => {
  const cache = caches.of(figures);
  const times: number[] = [];
  for (let n = 0; n < invalidations; n += 1) {
    const filled = nextWord();
    await redis.publish(channels.orders, 'fill');
    await filled;
    const heard = nextWord();
    const startedAt = performance.now();
    await cache.delete('watched');
    if ((await heard) !== 'dropped') throw new Error('the other process still has its copy');
    times.push(performance.now() - startedAt);
  }
  return times;
};

await runBench(async (resources) => {
  say('starting Redis, Postgres and another process…');
  const servers = await startServers(resources);
  const pool = createPool({ url: servers.databaseUrl, max: 2, name: 'bench', log: silentLog() });
  resources.defer(() => pool.end());
  await pool.query(seed);
  const opened = await openCaches(resources, servers);
  const ready = opened.nextWord();
  await startProgram(
    resources,
    {
      name: 'listener',
      entry: 'bench/cache/listener.ts',
      env: {
        REDIS_URL: servers.redisUrl,
        DATABASE_URL: servers.databaseUrl,
        KEY_PREFIX: keyPrefix,
        LOG_LEVEL: 'warn',
      },
    },
    async () => void (await ready),
  );

  say('reading…');
  const load = async () => (await pool.query(query)).rows;
  const local = opened.caches.of(figures);
  const remote = opened.caches.of(remoteFigures);
  await Promise.all([local.get('all', load), remote.get('all', load)]);
  const loader = await timesOf(reads.loader, load);
  const redis = await timesOf(reads.redis, () => remote.get('all', load));
  const memory = await timesOf(reads.memory, () => local.get('all', load));
  say('invalidating…');
  const invalidation = await measureInvalidations(opened);
  const results = { machine: describeMachine(), loader, redis, memory, invalidation };
  return { json: toJson(results), text: toText(results) };
});
