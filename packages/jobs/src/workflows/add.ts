import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { IRedisTransaction } from 'bullmq';
import { backendOf, toJobJson } from '../adding/addition.ts';
import { type Batch, write, writeSettleJobs } from '../settling/write.ts';
import { markStored } from './claim.ts';
import { indexKey, openKey, ulidOf, workflowKey } from './place.ts';
import type { PlannedStep, PlannedWorkflow } from './plan.ts';

/**
 * Stores a workflow unless it is there. Keys: workflow, open workflows, those of its tenant, those of
 * them that run. Parameters: id, ulid, time of submission, then fields and values.
 */
const create = `
    if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
    for n = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[n], ARGV[n + 1]) end
    redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
    redis.call('ZADD', KEYS[3], 0, ARGV[2])
    redis.call('ZADD', KEYS[4], 0, ARGV[2])
    return 1
`;

const stepFields = ({ stored, needs, payload }: PlannedStep, place: number): string[] => [
  `d:${place}`,
  JSON.stringify(stored),
  `l:${place}`,
  String(needs),
  ...(payload === undefined ? [] : [`p:${place}`, JSON.stringify(payload)]),
];

/** The fields of the workflow's hash; `lua.ts` says what they mean. */
const fieldsOf = (workflow: PlannedWorkflow): string[] => {
  const { tenant, createdAt, expiresAt, tags, told, steps } = workflow;
  const handlers = [...steps.keys()].filter((place) => steps[place]?.stored.handler);
  const fields = {
    status: 'running',
    tenant,
    size: steps.length,
    open: steps.length,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(tags.length > 0 && { tags: JSON.stringify(tags) }),
    ...(told && { webhook: JSON.stringify(told) }),
    ...(handlers.length > 0 && { handlers: JSON.stringify(handlers) }),
  };
  return [...Object.entries(fields).flat().map(String), ...steps.flatMap(stepFields)];
};

const writeWorkflow = (batch: Batch, { keys }: QueueSet, workflow: PlannedWorkflow): void => {
  const { id, partition, tenant, createdAt } = workflow;
  const own = [
    workflowKey(keys, { id, partition, queue: '' }),
    openKey(keys, partition),
    indexKey(keys, partition, tenant, 'all'),
    indexKey(keys, partition, tenant, 'running'),
  ];
  write(batch.eval(create, own.length, ...own, id, ulidOf(id), createdAt, ...fieldsOf(workflow)));
};

type Reply = [error: Error | null, value: unknown];

const send = async (
  queues: QueueSet,
  workflow: PlannedWorkflow,
  recordKey: string | undefined,
): Promise<Reply[]> => {
  const [first] = workflow.steps as [PlannedStep, ...PlannedStep[]];
  const client = await backendOf(queues, first.job).client;
  const batch = client.multi() as Batch & IRedisTransaction;
  writeWorkflow(batch, queues, workflow);
  for (const { job, isBlocked } of workflow.steps) {
    const place = { addToWaitingChildren: isBlocked };
    write(backendOf(queues, job).addJobToTransaction(batch, toJobJson(job), job.id, place));
  }
  writeSettleJobs(
    batch,
    queues,
    workflow.steps.map(({ job }) => job),
  );
  if (recordKey !== undefined) {
    const jobKeys = workflow.steps.map(({ job }) =>
      queues.keys.inQueue(job.queue, job.partition, job.id),
    );
    write(batch.eval(markStored, 1 + jobKeys.length, recordKey, ...jobKeys));
  }
  return ((await batch.exec()) ?? []) as Reply[];
};

/**
 * Makes Redis know BullMQ's scripts again, which it forgets with SCRIPT FLUSH: a command within a
 * transaction is not sent again in full. Each job that is added for it stands in its own way.
 */
const teach = async (queues: QueueSet, { steps }: PlannedWorkflow): Promise<void> => {
  const kinds = Map.groupBy(steps, ({ job, isBlocked }) =>
    isBlocked ? 'blocked' : job.opts.delay ? 'delayed' : 'waiting',
  );
  for (const [step] of kinds.values()) {
    if (!step) continue;
    const { job, isBlocked } = step;
    const id = `teach-${job.id}`;
    const key = queues.keys.inQueue(job.queue, job.partition, id);
    await queues.redis.pipeline().hset(key, 'placeholder', 1).pexpire(key, 1_000).exec();
    const place = { addToWaitingChildren: isBlocked };
    await backendOf(queues, job).addJob(toJobJson(job), id, place);
    await queues.redis.del(key);
  }
};

const firstError = (replies: readonly Reply[]) => replies.find(([error]) => error)?.[0];

/**
 * Stores a workflow and the jobs of all its steps, in one transaction. Stored again, it is the same.
 * @param recordKey the record of the idempotency key that stands for it.
 * @throws Redis errors.
 */
export const addWorkflow = async (
  queues: QueueSet,
  workflow: PlannedWorkflow,
  recordKey?: string,
): Promise<void> => {
  let error = firstError(await send(queues, workflow, recordKey));
  if (error?.message.includes('NOSCRIPT')) {
    await teach(queues, workflow);
    error = firstError(await send(queues, workflow, recordKey));
  }
  if (error) throw error;
};
