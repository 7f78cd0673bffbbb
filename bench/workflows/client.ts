import { setTimeout as sleep } from 'node:timers/promises';
import { createCatalog } from '../../packages/jobs/src/catalog.ts';
import type { WorkflowSubmissionInput } from '../../packages/jobs/src/contract/workflow.ts';
import { settleQueue } from '../../packages/jobs/src/settling/settle-job.ts';
import { parseWorkflow } from '../../packages/jobs/src/workflows/parse.ts';
import { indexKey, parseWorkflowId, workflowKey } from '../../packages/jobs/src/workflows/place.ts';
import { readWorkflow } from '../../packages/jobs/src/workflows/read.ts';
import { submitWorkflow } from '../../packages/jobs/src/workflows/submit.ts';
import type { JobAddress } from '../../packages/shared/src/job-id.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { deadlineIn } from '../../packages/shared/src/lifecycle/deadline.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createQueueSet } from '../../packages/shared/src/queues/queue-set.ts';
import { connected, createRedis } from '../../packages/shared/src/redis/connections.ts';
import { createSubscriptions } from '../../packages/shared/src/redis/subscriptions.ts';
import { keyPrefix } from '../drover.ts';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';

const tenant = 'bench';
const pollMs = 20;

/** Submits workflows as the API does with valid ones, and learns of their ends as its followers do. */
export const createWorkflowClient = async (resources: Resources, { redisUrl }: Servers) => {
  const log = silentLog();
  const redis = createRedis({ url: redisUrl, purpose: 'producer', name: 'bench', log });
  resources.defer(() => redis.disconnect());
  await connected(redis);
  const keys = createKeys(keyPrefix);
  const queues = createQueueSet({ redis, keys, log });
  const subscriptions = createSubscriptions({ url: redisUrl, name: 'bench', log });
  resources.defer(() => subscriptions.stop(deadlineIn(1_000)));
  await subscriptions.start();
  const catalog = createCatalog({ production: false });

  const submit = async (body: WorkflowSubmissionInput): Promise<JobAddress> => {
    const submitted = await submitWorkflow(queues, parseWorkflow(body, catalog), {
      tenant,
      partitions: 1,
    });
    const address = submitted.outcome === 'added' ? parseWorkflowId(submitted.id) : undefined;
    if (!address) throw new Error(`the workflow was not added: ${submitted.outcome}`);
    return address;
  };

  const isOver = async (workflow: JobAddress) =>
    (await redis.hget(workflowKey(keys, workflow), 'status')) !== 'running';

  /** Resolves when the workflow has ended. */
  const end = async (workflow: JobAddress): Promise<void> => {
    const over = Promise.withResolvers<void>();
    const look = () => void isOver(workflow).then((is) => is && over.resolve());
    const leave = await subscriptions.subscribe(keys.changes(workflow), look);
    look();
    await over.promise;
    leave();
  };

  /** Resolves when so many workflows have succeeded in all. */
  const untilSucceeded = async (count: number): Promise<void> => {
    const key = indexKey(keys, 0, tenant, 'succeeded');
    while ((await redis.zcard(key)) < count) await sleep(pollMs);
  };

  /** Resolves when nothing is left to be done for jobs that have ended. */
  const untilSettled = async (): Promise<void> => {
    const queue = queues.get(settleQueue, 0);
    while ((await queue.getJobCountByTypes('active', 'prioritized', 'delayed')) > 0) {
      await sleep(pollMs);
    }
  };

  const read = async (workflow: JobAddress) => {
    const stored = await readWorkflow(queues, workflow);
    if (!stored) throw new Error('the workflow is gone');
    return stored;
  };

  return { submit, end, untilSucceeded, untilSettled, read, redis, queues };
};

export type WorkflowClient = Awaited<ReturnType<typeof createWorkflowClient>>;
