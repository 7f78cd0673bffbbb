import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addJobs } from '@drover/jobs/adding/add-jobs';
import { jobTypes } from '@drover/jobs/catalog';
import type { SubmissionOptions } from '@drover/jobs/contract/submission';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import { newJobId } from '@drover/shared/job-id';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import type { RedisClient } from '@drover/shared/redis/client';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { testConfig } from '../../../tests/servers/configuration.ts';
import { type S3Server, startS3Server } from '../../../tests/servers/s3-server.ts';
import { artifactJanitor } from '../src/artifacts/janitor.ts';
import { createSweep } from '../src/artifacts/sweep.ts';

const log = silentLog();
const never = new AbortController().signal;
const day = 86_400_000;

describe.each(['a folder', 'an S3-compatible store'])('of %s', (kind) => {
  let store: ArtifactStore;
  let redis: RedisClient;
  let queues: QueueSet;
  let close: () => Promise<void>;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-sweep-'));
    const server: S3Server | undefined = kind === 'a folder' ? undefined : await startS3Server();
    const config = testConfig({ DATA_DIR: folder, ...server?.environment });
    store = createArtifactStore(config);
    redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
    queues = createQueueSet({ redis, keys: createKeys(config.redis.keyPrefix), log });
    close = async () => {
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
      await server?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    };
  });
  afterEach(() => close());

  const sweepWith = (graceMs: number) =>
    createSweep({ store, redis, keys: queues.keys, graceMs })(never);

  /** A job with a file, in the state that the change leaves it in. */
  const jobWithFile = async (
    change: (id: string) => Promise<unknown> = async () => undefined,
    options?: SubmissionOptions,
  ) => {
    const submission = { type: jobTypes[0], payload: {}, tenant: 'acme', options };
    const job = toQueuedJob(submission, { partitions: 1 });
    await addJobs(queues, [{ job }]);
    await change(job.id);
    await store.put({ job: job.id, name: 'file.txt' }, Buffer.from('x'));
    return job.id;
  };
  const queue = () => queues.get(jobTypes[0].queue, 0);
  const has = async (job: string) => (await store.find({ job, name: 'file.txt' })) !== undefined;

  test('files go when their job is gone, and not before', async () => {
    const gone = await jobWithFile();
    const kept = await jobWithFile();
    expect(await sweepWith(0)).toEqual({ looked: 2, missing: 0, removed: 0 });
    await queue().remove(gone);
    expect(await sweepWith(day)).toMatchObject({ missing: 1, removed: 0 });
    expect(await has(gone)).toBe(true);
    expect(await sweepWith(0)).toMatchObject({ missing: 0, removed: 1 });
    expect([await has(gone), await has(kept)]).toEqual([false, true]);
    expect(await redis.exists(queues.keys.missingArtifacts)).toBe(0);
  });

  test('a job in any state keeps its files', async () => {
    const bull = queue();
    const jobs = [
      await jobWithFile(),
      await jobWithFile(undefined, { delay: day }),
      await jobWithFile((id) => redis.hset(queues.keys.inQueue(bull.name, 0, id), 'finishedOn', 1)),
      await jobWithFile((id) => redis.set(queues.keys.inQueue(bull.name, 0, `${id}:lock`), 'w')),
    ];
    for (let n = 0; n < 3; n += 1) expect(await sweepWith(0)).toMatchObject({ removed: 0 });
    for (const job of jobs) expect(await has(job)).toBe(true);
  });

  test('a job that is back before the grace is over keeps its files', async () => {
    const id = await jobWithFile();
    const key = queues.keys.inQueue(jobTypes[0].queue, 0, id);
    const dump = await redis.dumpBuffer(key);
    await redis.del(key);
    expect(await sweepWith(day)).toMatchObject({ missing: 1 });
    await redis.restore(key, 0, dump as Buffer);
    expect(await sweepWith(0)).toMatchObject({ removed: 0 });
    await redis.del(key);
    expect(await sweepWith(day)).toMatchObject({ missing: 1, removed: 0 });
    expect(await has(id)).toBe(true);
  });

  test('a large store is swept in parts, by whoever comes next', async () => {
    const jobs = Array.from({ length: 30 }, () => newJobId('media', 0));
    for (const job of jobs) await store.put({ job, name: 'file.txt' }, Buffer.from('x'));
    const small = { pageSize: 4, maxPages: 2, maxRemovals: 5 };
    const options = { store, redis, keys: queues.keys, graceMs: 0 };
    const looked = [];
    const removed = [];
    for (let n = 0; n < 20 && (await store.jobs(1)).length > 0; n += 1) {
      const report = await createSweep(options, small)(never);
      looked.push(report.looked);
      removed.push(report.removed);
    }
    expect(Math.max(...looked)).toBe(8);
    expect(Math.max(...removed)).toBe(5);
    expect(removed.reduce((sum, some) => sum + some)).toBe(30);
  });

  test('of many processes one sweeps', async () => {
    const gone = newJobId('media', 0);
    await store.put({ job: gone, name: 'file.txt' }, Buffer.from('x'));
    let sweeps = 0;
    let tellRemoved = () => {};
    const removed = new Promise<void>((resolve) => {
      tellRemoved = resolve;
    });
    const counting: ArtifactStore = {
      ...store,
      jobs: (...args) => {
        sweeps += 1;
        return store.jobs(...args);
      },
      remove: async (job) => {
        await store.remove(job);
        tellRemoved();
      },
    };
    const janitors = Array.from({ length: 5 }, () =>
      artifactJanitor({ store: counting, redis, keys: queues.keys, graceMs: 0, log }),
    );
    await Promise.all(janitors.map((janitor) => janitor.start()));
    await removed;
    await Promise.all(janitors.map((janitor) => janitor.stop(deadlineIn(5_000))));
    expect(sweeps).toBe(1);
    expect(await has(gone)).toBe(false);
  });
});
