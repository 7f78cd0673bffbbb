import type { Added, Addition } from '@drover/jobs/adding/addition';
import { idempotencyRecord, type ScopedKey } from '@drover/jobs/adding/idempotency-record';
import { fieldErrors } from '@drover/jobs/adding/pointers';
import { checkFitness, parseSubmission } from '@drover/jobs/adding/submission';
import { toAddition } from '@drover/jobs/adding/to-addition';
import { batchSubmission } from '@drover/jobs/contract/submission';
import type { QueuedJob } from '@drover/jobs/record/queued-job';
import { withWebhooks } from '@drover/jobs/webhooks/attach';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { Caller } from '../auth/key-ring.ts';
import { requireSubmit } from '../auth/may-submit.ts';
import { submitBatch } from '../openapi/operations/jobs.ts';
import { traceOf } from '../tracing/requests.ts';
import { answerBatch, type Outcome, rejected, taken, toOutcome } from './batch-outcomes.ts';
import { scopedKeyOf } from './idempotency-key.ts';
import { type IntakeParts, idempotencyConflict, toAccepted } from './intake.ts';

const parseBatch = (body: unknown): readonly unknown[] => {
  checkFitness(body);
  const parsed = batchSubmission.safeParse(body);
  if (parsed.success) return parsed.data.jobs;
  throw new Problem('invalid-submission', 'The batch is not valid.', {
    errors: fieldErrors(parsed.error),
  });
};

/** A job of the batch that goes to Redis, and where it stands in the request. */
type BatchAddition = Addition & { readonly index: number };

/** What the request asks for: the jobs to add, and those items that are refused before. */
interface ReadBatch {
  readonly additions: readonly BatchAddition[];
  /** By their place in the request. */
  readonly outcomes: Outcome[];
}

const readBatch = (
  request: FastifyRequest,
  submissions: readonly unknown[],
  batchKey: ScopedKey | undefined,
  { catalog, partitions, webhooks }: IntakeParts,
): ReadBatch => {
  const caller = callerOf(request);
  const { tenant } = caller;
  const trace = traceOf(request);
  const outcomes: Outcome[] = [];
  const additions: BatchAddition[] = [];
  for (const [index, item] of submissions.entries()) {
    try {
      const at = ['jobs', index];
      // Each item is replayed on its own.
      const key = batchKey && { ...batchKey, scope: `${batchKey.scope} ${index}` };
      const given = { ...parseSubmission(item, catalog, at), tenant, trace };
      requireSubmit(caller, given.type);
      const submission = withWebhooks(given, webhooks, at);
      additions.push({ index, ...toAddition(submission, key, partitions) });
    } catch (thrown) {
      outcomes[index] = rejected(thrown);
    }
  }
  return { additions, outcomes };
};

/** What is wrong with all alike is the answer to the request: Redis is away, most likely. */
const throwIfAllFailed = (added: readonly Added[]): void => {
  const [first] = added;
  if (first?.outcome !== 'failed') return;
  if (added.every(({ outcome }) => outcome === 'failed')) throw first.error;
};

/** `POST /jobs/batch`: takes many jobs in, each with an outcome of its own. */
export const batchRoute = (scope: FastifyInstance, parts: IntakeParts): void => {
  const { store, partitions, throttle } = parts;

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

  /** An item that came to an earlier job, or to nothing. */
  const earlier = async (reply: FastifyReply, job: QueuedJob, added: Added): Promise<Outcome> => {
    try {
      const { resource, repeats } = await toAccepted(store, job, added);
      if (repeats === 'replayed') reply.header('idempotency-replayed', 'true');
      return toOutcome({ status: 202, job: resource });
    } catch (thrown) {
      return rejected(thrown);
    }
  };

  const add = async (reply: FastifyReply, { additions, outcomes }: ReadBatch): Promise<void> => {
    const added = await store.add(additions);
    const others: Promise<void>[] = [];
    for (const [n, { index, job }] of additions.entries()) {
      const one = added[n] as Added;
      if (one.outcome === 'added') outcomes[index] = taken(job);
      else {
        others.push(
          earlier(reply, job, one).then((outcome) => {
            outcomes[index] = outcome;
          }),
        );
      }
    }
    await Promise.all(others);
    if (!outcomes.some(({ status }) => status === 202)) throwIfAllFailed(added);
  };

  scope.post(
    '/jobs/batch',
    { config: { role: 'submit', operation: submitBatch } },
    async (request, reply) => {
      const caller = callerOf(request);
      const submissions = parseBatch(request.body);
      const batchKey = scopedKeyOf(request, 'POST /jobs/batch', request.body);
      const batch = readBatch(request, submissions, batchKey, parts);
      const { additions, outcomes } = batch;
      if (additions.length > 0) await admit(caller, additions.length, batchKey);
      await add(reply, batch);
      const accepted = outcomes.filter(({ status }) => status === 202).length;
      const { tenant } = caller;
      const rejections = outcomes.length - accepted;
      request.log.debug(
        { requestId: request.id, accepted, rejected: rejections, tenant },
        'batch accepted',
      );
      return answerBatch(reply, outcomes, accepted);
    },
  );
};
