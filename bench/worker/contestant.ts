import { Queue } from 'bullmq';
import { addJobs } from '../../packages/jobs/src/adding/add-jobs.ts';
import { demoEcho } from '../../packages/jobs/src/demo-echo.ts';
import { toQueuedJob } from '../../packages/jobs/src/record/queued-job.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createQueueSet } from '../../packages/shared/src/queues/queue-set.ts';
import { connected, createRedis } from '../../packages/shared/src/redis/connections.ts';
import { type DroverProcess, keyPrefix } from '../drover.ts';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';
import { type Crowd, createCrowd } from './crowd.ts';
import { barePlace, droverPlace, type Place, rankedPlace, value } from './places.ts';
import { startBareWorker, startDroverWorker, type WorkerOptions } from './start-workers.ts';

/** A worker process and the queue that it works on. */
export interface Contestant {
  readonly name: string;
  readonly worker: DroverProcess;
  readonly queue: Queue;
  /** Adds one job as its users do, and returns its id. */
  add(): Promise<string>;
  readonly crowd: Crowd;
}

const openQueue = (
  resources: Resources,
  { redisUrl }: Servers,
  { queue, prefix }: Place,
): Queue => {
  const opened = new Queue(queue, { prefix, connection: { url: redisUrl }, skipMetasUpdate: true });
  resources.defer(() => opened.close());
  return opened;
};

/** Adds a `demo.echo` as the API does with a valid submission. */
const createSubmitter = async (resources: Resources, { redisUrl }: Servers) => {
  const log = silentLog();
  const redis = createRedis({ url: redisUrl, purpose: 'producer', name: 'bench', log });
  resources.defer(() => redis.disconnect());
  await connected(redis);
  const queues = createQueueSet({ redis, keys: createKeys(keyPrefix), log });
  return async () => {
    const submission = { type: demoEcho, tenant: 'bench', payload: { value } };
    const job = toQueuedJob(submission, { partitions: 1 });
    const [added] = await addJobs(queues, [{ job }]);
    if (added?.outcome !== 'added') throw new Error(`the job was not added: ${added?.outcome}`);
    return added.id;
  };
};

export const startDrover = async (
  resources: Resources,
  servers: Servers,
  options: WorkerOptions,
): Promise<Contestant> => ({
  name: 'Drover',
  worker: await startDroverWorker(resources, servers, options),
  queue: openQueue(resources, servers, droverPlace),
  add: await createSubmitter(resources, servers),
  crowd: createCrowd(resources, servers.redisUrl, droverPlace),
});

/** Bare BullMQ, as it comes or with the one priority that all of the jobs have. */
export const startBare = async (
  resources: Resources,
  servers: Servers,
  options: WorkerOptions & { readonly priority?: number },
): Promise<Contestant> => {
  const { priority } = options;
  const place = priority === undefined ? barePlace : rankedPlace;
  const queue = openQueue(resources, servers, place);
  return {
    name: priority === undefined ? 'bare' : 'bare, priorities',
    worker: await startBareWorker(resources, servers, place, options),
    queue,
    add: async () => {
      const job = await queue.add(
        'demo.echo',
        { value },
        priority === undefined ? {} : { priority },
      );
      return job.id ?? '';
    },
    crowd: createCrowd(resources, servers.redisUrl, place),
  };
};
