import { fieldErrors } from '@drover/jobs/adding/pointers';
import { checkFitness } from '@drover/jobs/adding/submission';
import type { Catalog } from '@drover/jobs/catalog';
import { redriveRequest } from '@drover/jobs/contract/dead-letters';
import { ownerOf } from '@drover/jobs/dead-letters/entry';
import type { DeadLetters } from '@drover/jobs/dead-letters/place';
import { redriveJob } from '@drover/jobs/dead-letters/redrive';
import { isBulkType } from '@drover/jobs/history/bulk';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { mayAct } from '../auth/key-ring.ts';
import type { JobStore } from '../jobs/store.ts';
import { redriveLetter } from '../openapi/operations/dead-letters.ts';
import { viewedBy } from './access.ts';
import { deadLetterNotFound, jobNotDead, requireDead } from './not-found.ts';

/**
 * The payload that is to take the place of the old one.
 * @returns undefined when it stays.
 * @throws Problem `invalid-submission`, or `unknown-job-type` for one that clients cannot submit.
 */
export const editedPayload = (
  body: unknown,
  type: string,
  catalog: Catalog,
): { payload: unknown } | undefined => {
  checkFitness(body);
  const request = redriveRequest.safeParse(body === undefined ? {} : body);
  if (!request.success) {
    const errors = fieldErrors(request.error);
    throw new Problem('invalid-submission', 'The redrive is not valid.', { errors });
  }
  const { payload } = request.data;
  if (payload === undefined) return undefined;
  const offered = catalog.offered(type);
  if (!offered) {
    const detail = `The payload of a job of the type "${type}" cannot be changed.`;
    throw new Problem('unknown-job-type', detail);
  }
  const checked = offered.payload.safeParse(payload);
  if (checked.success) return { payload };
  throw new Problem('invalid-submission', `The payload does not fit ${type}.`, {
    errors: fieldErrors(checked.error, ['payload']),
  });
};

/** `POST /dead-letters/:id/redrive`: runs one job again, if need be with another payload. */
export const redriveRoute = (
  scope: FastifyInstance,
  { letters, catalog, store }: { letters: DeadLetters; catalog: Catalog; store: JobStore },
): void => {
  scope.post<{ Params: { id: string } }>(
    '/dead-letters/:id/redrive',
    { config: { role: 'operate', operation: redriveLetter } },
    async (request, reply) => {
      const { id } = request.params;
      const caller = callerOf(request);
      const { address, job } = await requireDead(letters.queues, id, viewedBy(caller));
      if (isBulkType(job.name) && !mayAct(caller, 'admin')) {
        throw new Problem(
          'forbidden',
          `Only an admin may redrive a job of the type "${job.name}"; ask for it anew instead.`,
        );
      }
      const change = editedPayload(request.body, job.name, catalog);
      if (!(await redriveJob(letters, address, job, change))) throw jobNotDead(id);
      const owner = ownerOf(job);
      request.log.info(
        {
          requestId: request.id,
          jobId: id,
          type: job.name,
          tenant: caller.tenant,
          owner,
          edited: change !== undefined,
        },
        'dead letter redriven',
      );
      const now = await store.read(address);
      if (!now) throw deadLetterNotFound(id);
      return reply.code(202).header('location', now.resource.links.self).send(now.resource);
    },
  );
};
