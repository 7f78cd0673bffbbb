import {
  type DeletionReport,
  deadLetterFilter,
  maxDeleted,
} from '@drover/jobs/contract/dead-letters';
import { discardFailed } from '@drover/jobs/dead-letters/discard';
import { ownerOf } from '@drover/jobs/dead-letters/entry';
import type { Filter } from '@drover/jobs/dead-letters/filter';
import { listDeadLetters, type Position } from '@drover/jobs/dead-letters/list';
import type { DeadLetters } from '@drover/jobs/dead-letters/place';
import { parseJobId } from '@drover/shared/job-id';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/bearer.ts';
import { parseQuery } from '../http/query.ts';
import { deleteLetter, deleteLetters } from '../openapi/operations/dead-letters.ts';
import { allowedFilter, viewedBy } from './access.ts';
import { jobNotDead, requireDead } from './not-found.ts';

const query = z
  .strictObject({ ...deadLetterFilter.shape, all: z.literal('true').optional() })
  .superRefine(({ all, ...filter }, context) => {
    const hasFilter = Object.values(filter).some((value) => value !== undefined);
    if (hasFilter !== (all === 'true')) return;
    const message = hasFilter ? 'give a filter or all, not both' : 'give a filter, or all=true';
    context.addIssue({ code: 'custom', path: ['all'], message });
  });

/** Dead letters that are deleted at once. */
const atOnce = 100;

/** Deletes the dead letters of a filter and their jobs, the oldest first, `maxDeleted` at most. */
export const deleteSome = async (letters: DeadLetters, filter: Filter): Promise<DeletionReport> => {
  let deleted = 0;
  let seen = 0;
  let after: Position | undefined;
  for (;;) {
    const page = { order: 'oldest-first', limit: atOnce, after } as const;
    const some = await listDeadLetters(letters, filter, page);
    const outcomes = await Promise.all(
      some.map(({ id, at }) => {
        const address = parseJobId(id);
        return address !== undefined && discardFailed(letters.queues, address, at);
      }),
    );
    deleted += outcomes.filter(Boolean).length;
    seen += some.length;
    after = some.at(-1);
    if (some.length < atOnce) return { deleted, more: false };
    if (seen >= maxDeleted) return { deleted, more: true };
  }
};

/** `DELETE /dead-letters/:id` and `DELETE /dead-letters`: a dead letter goes with its job. */
export const deleteRoutes = (scope: FastifyInstance, letters: DeadLetters): void => {
  scope.delete<{ Params: { id: string } }>(
    '/dead-letters/:id',
    { config: { role: 'operate', operation: deleteLetter } },
    async (request) => {
      const { id } = request.params;
      const caller = callerOf(request);
      const { address, job } = await requireDead(letters.queues, id, viewedBy(caller));
      if (!(await discardFailed(letters.queues, address, job.finishedOn ?? 0))) {
        await requireDead(letters.queues, id, viewedBy(caller));
        throw jobNotDead(id);
      }
      request.log.info(
        {
          requestId: request.id,
          jobId: id,
          type: job.name,
          tenant: caller.tenant,
          owner: ownerOf(job),
        },
        'dead letter deleted',
      );
      return { deleted: 1, more: false };
    },
  );

  scope.delete(
    '/dead-letters',
    { config: { role: 'operate', operation: deleteLetters } },
    async (request) => {
      const { all, ...given } = parseQuery(query, request.query);
      const caller = callerOf(request);
      const filter = allowedFilter(caller, given);
      const report = await deleteSome(letters, filter);
      request.log.info(
        { requestId: request.id, tenant: caller.tenant, filter, ...report },
        'dead letters deleted',
      );
      return report;
    },
  );
};
