import { CodedError } from '@drover/shared/errors';
import { type JobAddress, submittedAt } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { JobResource } from '../contract/job-resource.ts';
import { defaultPriority } from '../contract/submission.ts';
import type { WebhookEvent } from '../contract/webhook.ts';
import type { JobEventName } from '../contract/webhook-target.ts';
import type { JobEnvelope } from '../record/envelope.ts';
import { type AttemptFailure, decodeFailure } from '../record/failure.ts';
import { toResource } from '../record/job-resource.ts';
import type { WebhookTask } from '../settling/tasks.ts';
import { webhookBody } from './body.ts';

/** A job that has ended, as its settle job knows it. */
export interface JobEnd {
  address: JobAddress;
  /** Which end of it: 0 for the first, then the time of the end before. */
  round: number;
  /** The settle job's key: beside it BullMQ keeps how the job ended, should the job be gone. */
  settleKey: string;
  read(): Promise<StoredJob | undefined>;
}

/** The job as of that end, and the fields that nothing is known of any more. */
interface Seen {
  job: JobResource;
  unknown?: readonly string[];
}

/** The latest record that was there when the job was reopened. */
const failureBefore = (job: StoredJob, made: number): AttemptFailure | undefined =>
  job.traces
    .map(decodeFailure)
    .findLast((failure) => failure !== undefined && failure.attempt <= made);

/** A job that runs again: only one that has not succeeded can. */
const asItWas = (address: JobAddress, job: StoredJob): Seen => {
  const { base = 0, round } = job.data as JobEnvelope;
  const resource = toResource(address, job);
  const failure = failureBefore(job, base);
  const { history } = resource.attempts;
  return {
    job: {
      ...resource,
      status: failure?.withdrawn ?? 'failed',
      attempts: {
        ...resource.attempts,
        made: base,
        history: history.filter(({ attempt }) => attempt <= base),
      },
      result: null,
      error: failure
        ? {
            code: failure.code,
            message: failure.message,
            attempt: failure.attempt,
            retryable: failure.retryable,
          }
        : null,
      finishedAt: round ? new Date(round).toISOString() : null,
    },
    unknown: ['startedAt', 'progress'],
  };
};

/** A job that is gone: BullMQ has kept its result or its error for the settle job. */
const fromRemains = async (
  { redis }: Pick<QueueSet, 'redis'>,
  { address, settleKey }: JobEnd,
  { tenant, type }: WebhookTask,
): Promise<Seen> => {
  const [good] = await redis.hvals(`${settleKey}:processed`);
  const [bad] = await redis.hvals(`${settleKey}:failed`);
  const { id, queue } = address;
  const createdAt = new Date(submittedAt(id) ?? 0).toISOString();
  const status = good !== undefined ? 'succeeded' : bad !== undefined ? 'failed' : 'canceled';
  const message = bad ?? 'The job was removed.';
  const error = {
    code: bad === undefined ? 'removed' : 'error',
    message,
    attempt: 0,
    retryable: false,
  };
  return {
    job: {
      id,
      type,
      queue,
      tenant,
      status,
      priority: defaultPriority,
      progress: good === undefined ? 0 : 1,
      attempts: { made: 0, max: 0, history: [] },
      payload: null,
      result: good === undefined ? null : JSON.parse(good),
      error: good === undefined ? error : null,
      tags: [],
      createdAt,
      runAt: createdAt,
      startedAt: null,
      finishedAt: null,
      links: { self: `/jobs/${id}`, events: `/jobs/${id}/events`, logs: `/jobs/${id}/logs` },
    },
    unknown: ['priority', 'attempts', 'payload', 'tags', 'runAt', 'startedAt', 'finishedAt'],
  };
};

const seen = async (queues: QueueSet, end: JobEnd, task: WebhookTask): Promise<Seen> => {
  const { address, round } = end;
  const job = await end.read();
  if (!job) return fromRemains(queues, end, task);
  if (((job.data as JobEnvelope).round ?? 0) !== round) return asItWas(address, job);
  if (job.finishedOn === undefined) throw new CodedError('not-ended', 'the job has not ended');
  return { job: toResource(address, job) };
};

/** What is told of a job's end. Told again, it is the same while the job is there. */
export const jobEndEvent = async (
  queues: QueueSet,
  end: JobEnd,
  task: WebhookTask,
): Promise<WebhookEvent & { type: JobEventName }> => {
  const { job, unknown = [] } = await seen(queues, end, task);
  const type = `job.${job.status}` as JobEventName;
  const timestamp = job.finishedAt ?? new Date().toISOString();
  const body = webhookBody(
    { type, timestamp, data: job },
    { large: ['payload', 'result'], unknown },
  );
  return { ...body, type };
};
