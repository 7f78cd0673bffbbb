import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { pipelined } from '@drover/shared/redis/pipelines';
import { z } from 'zod';
import { type WorkflowError, workflowError, workflowStatus } from '../contract/workflow.ts';
import { workflowKey } from './place.ts';
import { type StoredOutcome, type StoredStep, storedOutcome, storedStep } from './stored-step.ts';

/** What is known of a workflow without its steps. Milliseconds. */
export interface StoredSummary {
  id: string;
  tenant: string;
  status: z.output<typeof workflowStatus>;
  error?: WorkflowError | undefined;
  tags: readonly string[];
  /** Steps, and how many of them have to end still. */
  size: number;
  open: number;
  createdAt: number;
  expiresAt?: number | undefined;
  finishedAt?: number | undefined;
}

/** A step as its workflow keeps it. */
export interface KnownStep {
  index: number;
  step: StoredStep;
  /** Undefined: it has not ended, as far as the workflow knows. */
  outcome: StoredOutcome | undefined;
  /** As JSON; undefined where there is none, or where it is too large. */
  result: string | undefined;
  /** Needs that have not ended well yet. */
  waitsFor: number;
  /** Which end of its job counts: 0 for the first, then the time of the end before. */
  round: number;
  /** Whether it was released because another failed. */
  isCalled: boolean;
}

export interface StoredWorkflow extends StoredSummary {
  steps: readonly KnownStep[];
}

const summaryFields = [
  'tenant',
  'status',
  'error',
  'tags',
  'size',
  'open',
  'createdAt',
  'expiresAt',
  'finishedAt',
] as const;

const instant = z.coerce.number().optional();
const json = z.string().transform((text): unknown => JSON.parse(text));

const storedSummary = z.object({
  tenant: z.string(),
  status: workflowStatus,
  error: json.pipe(workflowError).optional(),
  tags: json.pipe(z.array(z.string())).default([]),
  size: z.coerce.number(),
  open: z.coerce.number(),
  createdAt: z.coerce.number(),
  expiresAt: instant,
  finishedAt: instant,
});

const toSummary = (id: string, fields: Readonly<Record<string, string>>): StoredSummary => ({
  id,
  ...storedSummary.parse(fields),
});

const toStep = (fields: Readonly<Record<string, string>>, index: number): KnownStep => {
  const outcome = fields[`o:${index}`];
  return {
    index,
    step: storedStep.parse(JSON.parse(fields[`d:${index}`] ?? '')),
    outcome: outcome === undefined ? undefined : storedOutcome.parse(JSON.parse(outcome)),
    result: fields[`x:${index}`],
    waitsFor: Number(fields[`l:${index}`] ?? 0),
    round: Number(fields[`r:${index}`] ?? 0),
    isCalled: fields[`h:${index}`] !== undefined,
  };
};

/** A workflow and its steps; undefined when there is none (any more). */
export const readWorkflow = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  address: JobAddress,
): Promise<StoredWorkflow | undefined> => {
  const fields = await redis.hgetall(workflowKey(keys, address));
  if (fields['status'] === undefined) return undefined;
  const summary = toSummary(address.id, fields);
  const steps = Array.from({ length: summary.size }, (_, index) => toStep(fields, index));
  return { ...summary, steps };
};

/** Workflows without their steps, in the same order; undefined for those that are gone. */
export const readSummaries = async (
  { redis, keys }: Pick<QueueSet, 'redis' | 'keys'>,
  addresses: readonly JobAddress[],
): Promise<(StoredSummary | undefined)[]> => {
  if (addresses.length === 0) return [];
  const partitionOf = ({ partition }: JobAddress) => partition;
  const replies = await pipelined(redis, addresses, partitionOf, (batch, address) =>
    batch.hmget(workflowKey(keys, address), ...summaryFields),
  );
  return addresses.map(({ id }, n) => {
    const values = replies[n] as (string | null)[];
    const known = summaryFields.flatMap((name, at) =>
      values[at] === null ? [] : [[name, values[at] as string] as const],
    );
    return known.length === 0 ? undefined : toSummary(id, Object.fromEntries(known));
  });
};
