import { fieldErrors } from '@drover/jobs/adding/pointers';
import { checkFitness } from '@drover/jobs/adding/submission';
import { toAddition } from '@drover/jobs/adding/to-addition';
import type { Catalog } from '@drover/jobs/catalog';
import { bulkRedriveRequest } from '@drover/jobs/contract/dead-letters';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import type { Filter } from '@drover/jobs/dead-letters/filter';
import { countDeadLetters } from '@drover/jobs/dead-letters/groups';
import { listDeadLetters } from '@drover/jobs/dead-letters/list';
import type { DeadLetters } from '@drover/jobs/dead-letters/place';
import { deadLettersRedrive } from '@drover/jobs/dead-letters-redrive';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { toAccepted } from '../jobs/intake.ts';
import type { JobStore } from '../jobs/store.ts';
import { redriveLetters } from '../openapi/operations/dead-letters.ts';
import { allowedFilter } from './access.ts';
import { toSummary } from './resource.ts';

/** Dead letters that a dry run shows. */
const sampleSize = 10;

const parseRequest = (body: unknown) => {
  checkFitness(body);
  const request = bulkRedriveRequest.safeParse(body);
  if (request.success) return request.data;
  const errors = fieldErrors(request.error);
  throw new Problem('invalid-submission', 'The redrive is not valid.', { errors });
};

interface BulkParts {
  store: JobStore;
  partitions: number;
}

/**
 * Submits the job that redrives what a filter finds, so that it goes on whatever is restarted
 * meanwhile, and can be followed and canceled as any job.
 * @param asked `matched` tells how many there are; the job belongs to `tenant`.
 */
export const submitRedrive = async (
  { store, partitions }: BulkParts,
  asked: { filter: Filter & { until: number }; rate: number; matched: number; tenant: string },
): Promise<JobResource> => {
  const { tenant, ...payload } = asked;
  const { job } = toAddition({ type: deadLettersRedrive, payload, tenant }, undefined, partitions);
  const [added] = await store.add([{ job }]);
  return (await toAccepted(store, job, added ?? { outcome: 'conflict' })).resource;
};

/** `POST /dead-letters/redrive`: what a filter finds is redriven by a job. */
export const bulkRedriveRoute = (
  scope: FastifyInstance,
  parts: BulkParts & { letters: DeadLetters; catalog: Catalog },
): void => {
  const { letters } = parts;

  scope.post(
    '/dead-letters/redrive',
    { config: { role: 'operate', operation: redriveLetters } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { filter: given = {}, rate, dryRun } = parseRequest(request.body);
      const allowed = allowedFilter(caller, given);
      // Jobs that fail again are not found again.
      const filter = { ...allowed, until: allowed.until ?? Date.now() + 1 };
      const matched = await countDeadLetters(letters, filter);
      if (dryRun) {
        const page = { order: 'oldest-first', limit: sampleSize } as const;
        const sample = await listDeadLetters(letters, filter, page);
        return { count: matched, sample: sample.map(toSummary) };
      }
      const { tenant } = caller;
      const resource = await submitRedrive(parts, { filter, rate, matched, tenant });
      request.log.info(
        { requestId: request.id, jobId: resource.id, tenant, filter, rate, matched },
        'dead letters are to be redriven',
      );
      return reply
        .code(202)
        .header('location', resource.links.self)
        .header('retry-after', '1')
        .send(resource);
    },
  );
};
