import { fieldErrors } from '@drover/jobs/adding/pointers';
import { checkFitness } from '@drover/jobs/adding/submission';
import { bulkRequest } from '@drover/jobs/contract/job-list';
import type { BulkAction } from '@drover/jobs/history/bulk';
import { toHistoryFilter } from '@drover/jobs/history/filter';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { JobHistory } from '../history/job-history.ts';
import type { Operation } from '../openapi/operation.ts';
import { cancelJobs, retryJobs } from '../openapi/operations/job-lists.ts';

const parseRequest = (body: unknown) => {
  checkFitness(body);
  const request = bulkRequest.safeParse(body);
  if (request.success) return request.data;
  const errors = fieldErrors(request.error);
  throw new Problem('invalid-submission', 'The request is not valid.', { errors });
};

const operations: Record<BulkAction, Operation> = { cancel: cancelJobs, retry: retryJobs };

/** `POST /jobs/cancel` and `POST /jobs/retry`: a job does it, so that it goes on whatever is restarted. */
export const bulkRoutes = (
  scope: FastifyInstance,
  { history }: { history: Pick<JobHistory, 'preview' | 'change'> },
): void => {
  for (const action of ['cancel', 'retry'] as const) {
    scope.post(
      `/jobs/${action}`,
      { config: { role: 'operate', operation: operations[action] } },
      async (request, reply) => {
        const { tenant } = callerOf(request);
        const { filter: given = {}, rate, dryRun } = parseRequest(request.body);
        const asked = toHistoryFilter(given, tenant);
        // What is submitted from now on is not meant.
        const until = Math.min(asked.until ?? Number.POSITIVE_INFINITY, Date.now());
        const filter = { ...asked, until };
        if (dryRun) return history.preview(action, filter);
        const resource = await history.change(action, { filter, rate, tenant });
        request.log.info(
          { requestId: request.id, jobId: resource.id, tenant, action, rate },
          'many jobs are to be changed',
        );
        return reply
          .code(202)
          .header('location', resource.links.self)
          .header('retry-after', '1')
          .send(resource);
      },
    );
  }
};
