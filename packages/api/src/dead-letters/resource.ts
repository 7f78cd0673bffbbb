import type {
  DeadLetter,
  DeadLetterGroup,
  DeadLetterSummary,
} from '@drover/jobs/contract/dead-letters';
import { ownerOf } from '@drover/jobs/dead-letters/entry';
import type { FoundLetter } from '@drover/jobs/dead-letters/find';
import type { Group } from '@drover/jobs/dead-letters/groups';
import type { ListedLetter } from '@drover/jobs/dead-letters/list';
import { toResource } from '@drover/jobs/record/job-resource';
import { toInstant } from '@drover/shared/instant';
import { parseJobId } from '@drover/shared/job-id';

const linksOf = (id: string): DeadLetterSummary['links'] => ({
  self: `/dead-letters/${id}`,
  job: `/jobs/${id}`,
  redrive: `/dead-letters/${id}/redrive`,
});

/** A dead letter as lists show it. */
export const toSummary = (listed: ListedLetter): DeadLetterSummary => {
  const { id, type, tenant, code, message, attempt, retryable, made, max } = listed;
  return {
    id,
    type,
    queue: parseJobId(id)?.queue ?? '',
    tenant,
    error: { code, message, attempt, retryable },
    attempts: { made, max },
    group: listed.group,
    createdAt: toInstant(listed.createdAt),
    failedAt: toInstant(listed.at),
    links: linksOf(id),
  };
};

/** A dead letter with all that its job tells. */
export const toDeadLetter = ({ address, job }: FoundLetter, group: string): DeadLetter => {
  const { id, type, queue, error, attempts, payload, tags, createdAt } = toResource(address, job);
  return {
    id,
    type,
    queue,
    tenant: ownerOf(job),
    error: error ?? { code: 'error', message: '', attempt: attempts.made, retryable: false },
    attempts,
    payload,
    tags,
    group,
    createdAt,
    failedAt: toInstant(job.finishedOn ?? 0),
    links: linksOf(id),
  };
};

export const toGroup = (group: Group): DeadLetterGroup => {
  const { queue, type, code, message } = group.cause;
  return {
    id: group.id,
    type,
    queue,
    code,
    message,
    count: group.count,
    firstAt: toInstant(group.firstAt),
    lastAt: toInstant(group.lastAt),
    samples: [...group.samples],
  };
};
