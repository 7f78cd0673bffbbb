import { addJobs } from '../../packages/jobs/src/adding/add-jobs.ts';
import { prepareDatabase } from '../../packages/jobs/src/database/prepare.ts';
import { demoEcho } from '../../packages/jobs/src/demo-echo.ts';
import { toQueuedJob } from '../../packages/jobs/src/record/queued-job.ts';
import { createRecorder } from '../../packages/scheduler/src/history/recorder.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createQueueSet } from '../../packages/shared/src/queues/queue-set.ts';
import { connected, createRedis } from '../../packages/shared/src/redis/connections.ts';
import { keyPrefix, startRole } from '../drover.ts';
import { type Resources, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { untilSucceeded } from './until-succeeded.ts';

/** Jobs of a round, and how many rounds there are of each kind; jobs that are added at once. */
export const plan = { jobs: 20_000, rounds: 2, atOnce: 500 } as const;

/** What the recorder did at a stretch: rows that it wrote, of so many entries of the streams. */
export interface Stretch {
  readonly entries: number;
  readonly rows: number;
  readonly seconds: number;
  /** Processor time that the recorder took itself, without Postgres and Redis, in seconds. */
  readonly processor: number;
}

export interface Recording {
  /** Jobs that were accepted, and the same jobs when they had ended. */
  readonly accepted: readonly Stretch[];
  readonly ended: readonly Stretch[];
  /** The same where nothing is counted for the statistics. */
  readonly uncounted: { readonly accepted: readonly Stretch[]; readonly ended: readonly Stretch[] };
}

const value = { greeting: 'hello', number: 42, words: 'a few words to be found by' };

/**
 * Records real jobs, on a Postgres that syncs to the disk as that of `npm start` does: first all of
 * them as they were accepted, then as a worker has done them. Nothing else runs meanwhile.
 */
export const measureRecording = async (resources: Resources): Promise<Recording> => {
  say('recording…');
  const log = silentLog();
  const servers = await startServers(resources, { durable: true });
  const name = 'bench';
  await prepareDatabase({ url: servers.databaseUrl, name, demo: false, log });
  const db = createPool({ url: servers.databaseUrl, max: 4, name, log });
  resources.defer(() => db.end());
  const redis = createRedis({ url: servers.redisUrl, purpose: 'worker', name, log });
  resources.defer(() => redis.disconnect());
  await connected(redis);
  const keys = createKeys(keyPrefix);
  const queues = createQueueSet({ redis, keys, log });
  const recorder = createRecorder({
    ...{ redis, keys, db, partitions: 1, backlog: 1_000_000, keptDays: 30, name, log },
  });
  await recorder.catchUp();
  await startRole('worker', resources, servers, {
    env: { CONCURRENCY: 'demo=100' },
  });
  const demo = queues.get('demo', 0);

  const submit = async () => {
    for (let left = plan.jobs; left > 0; left -= plan.atOnce) {
      const jobs = Array.from({ length: Math.min(left, plan.atOnce) }, () => ({
        job: toQueuedJob(
          { type: demoEcho, tenant: 'bench', payload: { value } },
          { partitions: 1 },
        ),
      }));
      await addJobs(queues, jobs);
    }
  };
  const stretch = async (): Promise<Stretch> => {
    const startedAt = performance.now();
    const before = process.cpuUsage();
    const { entries, rows } = await recorder.catchUp();
    const seconds = (performance.now() - startedAt) / 1_000;
    say(`  ${rows} rows in ${seconds.toFixed(1)} s`);
    const { user, system } = process.cpuUsage(before);
    return { entries, rows, seconds, processor: (user + system) / 1e6 };
  };
  const round = async () => {
    await demo.pause();
    await submit();
    const accepted = await stretch();
    await demo.resume();
    await untilSucceeded(demo, plan.jobs);
    const ended = await stretch();
    await recorder.tend();
    await demo.clean(0, Number.MAX_SAFE_INTEGER, 'completed');
    return { accepted, ended };
  };

  const triggers = async (verb: 'enable' | 'disable') => {
    for (const it of ['insert', 'update']) {
      await db.query(`alter table drover.jobs ${verb} trigger drover_tally_${it}`);
    }
  };
  const counted: Awaited<ReturnType<typeof round>>[] = [];
  const uncounted: Awaited<ReturnType<typeof round>>[] = [];
  await round();
  for (let n = 0; n < plan.rounds; n += 1) {
    counted.push(await round());
    await triggers('disable');
    uncounted.push(await round());
    await triggers('enable');
  }
  const of = (rounds: typeof counted) => ({
    accepted: rounds.map(({ accepted }) => accepted),
    ended: rounds.map(({ ended }) => ended),
  });
  return { ...of(counted), uncounted: of(uncounted) };
};
