import { fieldErrors } from '@drover/jobs/adding/pointers';
import { checkFitness } from '@drover/jobs/adding/submission';
import { toAddition } from '@drover/jobs/adding/to-addition';
import type { Catalog } from '@drover/jobs/catalog';
import { bulkRedriveRequest } from '@drover/jobs/contract/dead-letters';
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

/**
 * `POST /dead-letters/redrive`: what a filter finds is redriven by a job, so that it goes on whatever
 * is restarted meanwhile, and can be followed and canceled as any job.
 */
export const bulkRedriveRoute = (
  scope: FastifyInstance,
  parts: { letters: DeadLetters; catalog: Catalog; store: JobStore; partitions: number },
): void => {
  const { letters, store, partitions } = parts;

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
      const payload = { filter, rate, matched };
      const { job } = toAddition(
        { type: deadLettersRedrive, payload, tenant },
        undefined,
        partitions,
      );
      const [added] = await store.add([{ job }]);
      const { resource } = await toAccepted(store, job, added ?? { outcome: 'conflict' });
      request.log.info(
        { requestId: request.id, jobId: job.id, tenant, filter, rate, matched },
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
