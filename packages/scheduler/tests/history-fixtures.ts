import { addJobs } from '@drover/jobs/adding/add-jobs';
import type { SubmissionOptions } from '@drover/jobs/contract/submission';
import { prepareDatabase } from '@drover/jobs/database/prepare';
import { defineJob, type JobType } from '@drover/jobs/definition/define-job';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { createViews } from '@drover/jobs/views/registry';
import { createPool } from '@drover/shared/database/pool';
import { parseJobId } from '@drover/shared/job-id';
import { createKeys, type Keys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import type { RedisClient } from '@drover/shared/redis/client';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { inject } from 'vitest';
import { z } from 'zod';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { createDays } from '../src/history/days.ts';
import { reconcileQueue } from '../src/history/reconcile.ts';
import { createRecorder, type Recorder, type RecorderOptions } from '../src/history/recorder.ts';
import { streamsOf } from '../src/history/streams.ts';

/** A row of the history as a test looks at it; `resource` is parsed. */
export interface Row {
  id: string;
  tenant: string;
  status: string;
  finished_at: Date | null;
  gone_at: Date | null;
  seen_at: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into resources of every shape
  resource: any;
  [column: string]: unknown;
}

/** Queues of a test on the real Redis, and the history of their jobs in a Postgres database of its own. */
export interface HistoryTest extends AsyncDisposable {
  readonly prefix: string;
  readonly database: OwnDatabase;
  readonly db: ReturnType<typeof createPool>;
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly queues: QueueSet;
  /** A recorder of its own, as another process has it. */
  recorder(options?: Partial<RecorderOptions>): Recorder;
  submit(payload?: unknown, options?: SubmissionOptions): Promise<string>;
  rows(): Promise<Row[]>;
  row(id: string): Promise<Row | undefined>;
  /** Makes up for gaps of the queue, as the reconciler does that knows of one. */
  reconcile(): Promise<number>;
  /** The queues that are noted to have a gap. */
  owed(): Promise<string[]>;
}

/** The queue of the test's jobs; all in partition 0. */
export const queue = 'demo';

export const noteType: JobType = defineJob({
  type: 'demo.note',
  queue,
  summary: 'For a test.',
  payload: z.unknown(),
  result: z.unknown(),
  run: async () => null,
});

export const openHistory = async (prefix = randomPrefix()): Promise<HistoryTest> => {
  const log = silentLog();
  const database = await createDatabase();
  const { url } = database;
  await prepareDatabase({ url, name: 'test', demo: false, views: createViews([]), log });
  const db = createPool({ url, max: 5, name: 'test', log });
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const keys = createKeys(prefix);
  const queues = createQueueSet({ redis, keys, log });
  const parts = { redis, keys, db, keptDays: 30, log };
  const read = async (where = '', values: unknown[] = []): Promise<Row[]> => {
    const { rows } = await db.query(`select * from drover.jobs ${where} order by id`, values);
    return rows.map((row) => ({ ...row, resource: JSON.parse(row.resource) }));
  };
  return {
    prefix,
    database,
    db,
    redis,
    keys,
    queues,
    recorder: (options) =>
      createRecorder({ ...parts, partitions: 1, backlog: 10_000, name: 'test', ...options }),
    submit: async (payload = null, options) => {
      const submission = { type: noteType, payload, tenant: 'acme', options };
      const [added] = await addJobs(queues, [{ job: toQueuedJob(submission, { partitions: 1 }) }]);
      if (!added || !('id' in added)) throw new Error('not added');
      return added.id;
    },
    rows: () => read(),
    row: async (id) => (await read('where id = $1', [id]))[0],
    reconcile: async () => {
      const days = createDays({ ...parts });
      const stream = streamsOf(keys, 0).find((it) => it.queue === queue);
      if (!stream) throw new Error('no such queue');
      const { signal } = new AbortController();
      return reconcileQueue(stream, { ...parts, days }, { isUrgent: true, signal });
    },
    owed: async () => Object.keys(await redis.hgetall(keys.historyOwed(0))),
    [Symbol.asyncDispose]: async () => {
      const names = await redis.keys(`{${prefix}-*`);
      if (names.length > 0) await redis.del(...names);
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
      await db.end();
      await database[Symbol.asyncDispose]();
    },
  };
};

/** Ends a job as a worker does that has claimed it, with the entries that BullMQ writes. */
export const endJob = async (
  { redis, keys }: Pick<HistoryTest, 'redis' | 'keys'>,
  id: string,
  result: unknown = null,
): Promise<void> => {
  const { partition } = parseJobId(id) ?? { partition: 0 };
  const key = (name: string) => keys.inQueue(queue, partition, name);
  const now = Date.now();
  const json = JSON.stringify(result);
  await redis
    .multi()
    .zrem(key('prioritized'), id)
    .hset(key(id), { finishedOn: now, processedOn: now, atm: 1, ats: 1, returnvalue: json })
    .zadd(key('completed'), now, id)
    .xadd(key('events'), '*', 'event', 'completed', 'jobId', id, 'returnvalue', json)
    .exec();
};
