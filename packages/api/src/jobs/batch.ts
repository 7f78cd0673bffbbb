import { idempotencyRecord, type ScopedKey } from '@drover/jobs/adding/idempotency-record';
import { fieldErrors } from '@drover/jobs/adding/pointers';
import { checkFitness, parseSubmission } from '@drover/jobs/adding/submission';
import { toAddition } from '@drover/jobs/adding/to-addition';
import type { BatchItem } from '@drover/jobs/contract/batch-result';
import type { ProblemDocument } from '@drover/jobs/contract/problem';
import { batchSubmission } from '@drover/jobs/contract/submission';
import { withWebhooks } from '@drover/jobs/webhooks/attach';
import { toError } from '@drover/shared/errors';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { Caller } from '../auth/key-ring.ts';
import { requireSubmit } from '../auth/may-submit.ts';
import { toProblem } from '../errors/problem-handler.ts';
import { submitBatch } from '../openapi/operations/jobs.ts';
import { traceOf } from '../tracing/requests.ts';
import { scopedKeyOf } from './idempotency-key.ts';
import { type IntakeParts, idempotencyConflict, toAccepted } from './intake.ts';

const instance = '/jobs/batch';

/** An item that is not taken in, and why. */
const rejected = (thrown: unknown): BatchItem => {
  const problem = toProblem(toError(thrown));
  return { status: problem.status, problem: problem.toBody(instance) as ProblemDocument };
};

const parseBatch = (body: unknown): readonly unknown[] => {
  checkFitness(body);
  const parsed = batchSubmission.safeParse(body);
  if (parsed.success) return parsed.data.jobs;
  throw new Problem('invalid-submission', 'The batch is not valid.', {
    errors: fieldErrors(parsed.error),
  });
};

/** All accepted 202, some 207; none: what is wrong with all alike, or 422. */
const statusOf = (items: readonly BatchItem[], accepted: number): number => {
  if (accepted === items.length) return 202;
  return accepted > 0 ? 207 : 422;
};

/** `POST /jobs/batch`: takes many jobs in, each with an outcome of its own. */
export const batchRoute = (scope: FastifyInstance, parts: IntakeParts): void => {
  const { catalog, store, partitions, throttle, webhooks } = parts;

  /**
   * Takes the jobs off the caller's allowance and records the batch's key; one that is sent again takes
   * nothing more.
   */
  const admit = async (caller: Caller, cost: number, key: ScopedKey | undefined): Promise<void> => {
    const record = key && idempotencyRecord({ ...key, tenant: caller.tenant }, partitions);
    const isReplay = record && (await store.lookUpKey(record)).is === 'replay';
    if (!isReplay) await throttle.take(caller, cost);
    if (record && !(await store.claimKey(record))) throw idempotencyConflict();
  };

  scope.post(
    '/jobs/batch',
    { config: { role: 'submit', operation: submitBatch } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { tenant } = caller;
      const trace = traceOf(request);
      const submissions = parseBatch(request.body);
      // Each item is replayed on its own.
      const batchKey = scopedKeyOf(request, 'POST /jobs/batch', request.body);
      const items: BatchItem[] = [];
      const additions = submissions.flatMap((item, index) => {
        try {
          const at = ['jobs', index];
          const key = batchKey && { ...batchKey, scope: `${batchKey.scope} ${index}` };
          const given = { ...parseSubmission(item, catalog, at), tenant, trace };
          requireSubmit(caller, given.type);
          const submission = withWebhooks(given, webhooks, at);
          return [{ index, ...toAddition(submission, key, partitions) }];
        } catch (thrown) {
          items[index] = rejected(thrown);
          return [];
        }
      });
      if (additions.length > 0) await admit(caller, additions.length, batchKey);
      const added = await store.add(additions);
      await Promise.all(
        additions.map(async ({ index, job }, n) => {
          const outcome = added[n] as NonNullable<(typeof added)[number]>;
          try {
            const { resource, repeats } = await toAccepted(store, job, outcome);
            if (repeats === 'replayed') reply.header('idempotency-replayed', 'true');
            items[index] = { status: 202, job: resource };
          } catch (thrown) {
            items[index] = rejected(thrown);
          }
        }),
      );
      const accepted = items.filter(({ status }) => status === 202).length;
      if (accepted === 0 && added.every(({ outcome }) => outcome === 'failed') && added[0]) {
        throw (added[0] as { error: Error }).error;
      }
      request.log.debug(
        { requestId: request.id, accepted, rejected: items.length - accepted, tenant },
        'batch accepted',
      );
      return reply
        .code(statusOf(items, accepted))
        .send({ accepted, rejected: items.length - accepted, items });
    },
  );
};
