import { toInstant, toInstantOrNull } from '@drover/shared/instant';
import type { JobSummary } from '../contract/job-list.ts';
import { isTerminal, type JobResource } from '../contract/job-resource.ts';
import type { ListedJob } from './listed-job.ts';

const progressOf = ({ status }: ListedJob): number | null => {
  if (status === 'succeeded') return 1;
  return isTerminal(status) ? null : 0;
};

const errorOf = ({ errorCode, errorMessage }: ListedJob): JobSummary['error'] =>
  errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };

/** A job in a list, as it was recorded. */
export const recordedSummary = (job: ListedJob): JobSummary => {
  const { id, workflow, step, schedule } = job;
  const self = `/jobs/${id}`;
  return {
    id,
    type: job.type,
    queue: job.queue,
    tenant: job.tenant,
    status: job.status,
    priority: job.priority,
    progress: progressOf(job),
    attempts: { made: job.attemptsMade, max: job.attemptsMax },
    error: errorOf(job),
    tags: [...job.tags],
    createdAt: toInstant(job.createdAt),
    runAt: toInstant(job.runAt),
    startedAt: toInstantOrNull(job.startedAt),
    finishedAt: toInstantOrNull(job.finishedAt),
    ...(workflow !== null && { workflow: { id: workflow, step: step ?? '' } }),
    ...(schedule !== null && { schedule }),
    links: {
      self,
      events: `${self}/events`,
      logs: `${self}/logs`,
      ...(workflow !== null && { workflow: `/workflows/${workflow}` }),
    },
  };
};

/** A job in a list, as it is now. */
export const liveSummary = (
  { payload: _payload, result: _result, attempts, error, progress, ...same }: JobResource,
  { schedule }: Pick<ListedJob, 'schedule'>,
): JobSummary => ({
  ...same,
  progress: isTerminal(same.status) && same.status !== 'succeeded' ? null : progress,
  attempts: { made: attempts.made, max: attempts.max },
  error: error && { code: error.code, message: error.message },
  ...(schedule !== null && { schedule }),
});
