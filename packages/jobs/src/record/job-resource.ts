import { toInstant, toInstantOrNull } from '@drover/shared/instant';
import type { JobAddress } from '@drover/shared/job-id';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { JobResource, JobStatus } from '../contract/job-resource.ts';
import { attemptsOf, historyOf } from './attempts.ts';
import type { JobEnvelope } from './envelope.ts';
import { type AttemptFailure, decodeFailure } from './failure.ts';
import { errorOf } from './job-error.ts';
import type { QueuedJob } from './queued-job.ts';

/** Writing an instant takes longer than one may think, and most jobs are due when they are made. */
export const laterInstant = (text: string, delayMs: number): string =>
  delayMs > 0 ? toInstant(Date.parse(text) + delayMs) : text;

const linksOf = (id: string): JobResource['links'] => ({
  self: `/jobs/${id}`,
  events: `/jobs/${id}/events`,
  logs: `/jobs/${id}/logs`,
});

/** What a step shows of its workflow; nothing for other jobs. */
const membershipOf = (id: string, { settle }: JobEnvelope) => {
  if (!settle?.step) return { links: linksOf(id) };
  const { workflow, step } = settle.step;
  return {
    workflow: { id: workflow, step },
    links: { ...linksOf(id), workflow: `/workflows/${workflow}` },
  };
};

/** The status that a client sees. */
const statusOf = (job: StoredJob, latest: AttemptFailure | undefined): JobStatus => {
  switch (job.place) {
    case 'completed':
      return 'succeeded';
    case 'failed':
      return latest?.withdrawn ?? 'failed';
    case 'active':
      return 'running';
    case 'delayed':
      return job.attemptsStarted > 0 ? 'retrying' : 'scheduled';
    case 'waiting-children':
      return 'blocked';
    default:
      return 'queued';
  }
};

/** Progress is stored as `{fraction, note}`; other forms come from jobs that are not ours. */
const progressOf = (stored: unknown, status: JobStatus): number => {
  if (status === 'succeeded') return 1;
  const fraction =
    typeof stored === 'object' && stored !== null && 'fraction' in stored ? stored.fraction : 0;
  return typeof fraction === 'number' ? fraction : 0;
};

/** Makes the resource of a job as Redis holds it. */
export const toResource = ({ id, queue }: JobAddress, job: StoredJob): JobResource => {
  const { tenant, payload, tags } = job.data as JobEnvelope;
  const latest = job.latestTrace === '' ? undefined : decodeFailure(job.latestTrace);
  const status = statusOf(job, latest);
  const attempts = attemptsOf(job);
  const createdAt = toInstant(job.timestamp);
  return {
    id,
    type: job.name,
    queue,
    tenant,
    status,
    priority: job.priority,
    progress: progressOf(job.progress, status),
    attempts: { ...attempts, history: historyOf(job) },
    payload,
    result: status === 'succeeded' ? job.returnvalue : null,
    error: errorOf(job),
    tags: tags ?? [],
    createdAt,
    runAt: job.dueAt ? toInstant(job.dueAt) : laterInstant(createdAt, job.opts.delay ?? 0),
    startedAt: toInstantOrNull(job.processedOn),
    finishedAt: toInstantOrNull(job.finishedOn),
    ...membershipOf(id, job.data as JobEnvelope),
  };
};

/** The resource of a job that has just been stored: nothing has happened to it yet. */
export const toNewResource = (job: QueuedJob): JobResource => {
  const { id, queue, name, data, opts, timestamp } = job;
  const delay = opts.delay ?? 0;
  const createdAt = toInstant(timestamp);
  return {
    id,
    type: name,
    queue,
    tenant: data.tenant,
    status: delay > 0 ? 'scheduled' : 'queued',
    priority: opts.priority,
    progress: 0,
    attempts: { made: 0, max: opts.attempts, history: [] },
    payload: data.payload,
    result: null,
    error: null,
    tags: data.tags ?? [],
    createdAt,
    runAt: laterInstant(createdAt, delay),
    startedAt: null,
    finishedAt: null,
    links: linksOf(id),
  };
};
