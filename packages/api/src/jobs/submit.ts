import type { Added, Addition, Gate } from '@drover/jobs/adding/addition';
import { checkFitness, parseSubmission } from '@drover/jobs/adding/submission';
import { toAddition } from '@drover/jobs/adding/to-addition';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import { isTerminal } from '@drover/jobs/contract/job-resource';
import { newResourceText } from '@drover/jobs/record/job-text';
import type { QueuedJob } from '@drover/jobs/record/queued-job';
import { withWebhooks } from '@drover/jobs/webhooks/attach';
import { parseJobId } from '@drover/shared/job-id';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import type { Caller } from '../auth/key-ring.ts';
import { requireSubmit } from '../auth/may-submit.ts';
import { waitUntilFinished } from '../following/wait.ts';
import type { Watches } from '../following/watches.ts';
import { jsonType } from '../http/json-type.ts';
import { submitJob } from '../openapi/operations/jobs.ts';
import { accountsPartition, isRateLimited } from '../throttling/throttle.ts';
import { traceOf } from '../tracing/requests.ts';
import { whenGone } from './client-gone.ts';
import { scopedKeyOf } from './idempotency-key.ts';
import { type Accepted, type IntakeParts, toAccepted } from './intake.ts';
import { parsePrefer } from './prefer.ts';

/** Seconds after which a client that polls should look again. */
const pollAfterSeconds = '1';

const describe = (reply: FastifyReply, { repeats }: Accepted) => {
  if (repeats === 'replayed') reply.header('idempotency-replayed', 'true');
  if (repeats === 'deduplicated') reply.header('deduplicated', 'true');
};

/** What most submissions come to, without making the resource first. */
const answerNew = (reply: FastifyReply, job: QueuedJob) =>
  reply
    .code(202)
    .header('retry-after', pollAfterSeconds)
    .header('location', `/jobs/${job.id}`)
    .header('content-type', jsonType)
    .send(newResourceText(job));

const answer = (reply: FastifyReply, job: JobResource) => {
  if (isTerminal(job.status)) reply.code(200);
  else reply.code(202).header('retry-after', pollAfterSeconds);
  return reply.header('location', job.links.self).send(job);
};

/** `POST /jobs`: takes one job in; with `Prefer: wait`, answers when it has finished. */
export const submitRoute = (
  scope: FastifyInstance,
  parts: IntakeParts & { watches: Watches },
): void => {
  const { catalog, store, partitions, throttle, watches, webhooks } = parts;

  /** The job when it has finished, or as it is when the time is up. */
  const awaited = async (request: FastifyRequest, reply: FastifyReply, job: JobResource) => {
    const prefer = parsePrefer(request.headers.prefer);
    if (prefer.applied) reply.header('preference-applied', prefer.applied);
    const address = parseJobId(job.id);
    if (prefer.waitMs === 0 || !address || isTerminal(job.status)) return job;
    const limits = { ms: prefer.waitMs, signal: whenGone(reply) };
    // The job is safe: that its end cannot be waited for now is no reason to refuse the submission.
    const finished = await waitUntilFinished(watches, address, limits).catch(() => undefined);
    return finished ?? job;
  };

  /**
   * Takes the job off the caller's allowance: together with the add where job and account, and what its
   * key stands for, live in one place; else before.
   */
  const passOrGate = (
    caller: Caller,
    { job, idempotency }: Addition,
  ): Gate | undefined | Promise<Gate | undefined> =>
    [job, idempotency ?? job].every(({ partition }) => partition === accountsPartition)
      ? throttle.gate(caller)
      : throttle.take(caller, 1).then(() => undefined);

  /** A job that its key has made before takes nothing more: no limit refuses to show it. */
  const replayOr = async (refusal: unknown, { idempotency }: Addition): Promise<Added> => {
    if (!idempotency || !isRateLimited(refusal)) throw refusal;
    const admission = await store.lookUpKey(idempotency);
    if (admission.is === 'replay') return { outcome: 'replayed', id: admission.id };
    throw refusal;
  };

  const add = async (caller: Caller, addition: Addition): Promise<Added> => {
    try {
      const passing = passOrGate(caller, addition);
      const gate = passing instanceof Promise ? await passing : passing;
      const added = await store.addOne({ ...addition, gate });
      if (added.outcome === 'failed') throw added.error;
      return added;
    } catch (refusal) {
      return replayOr(refusal, addition);
    }
  };

  scope.post(
    '/jobs',
    { config: { role: 'submit', operation: submitJob } },
    async (request, reply) => {
      const caller = callerOf(request);
      const { tenant } = caller;
      checkFitness(request.body);
      const key = scopedKeyOf(request, 'POST /jobs', request.body);
      const trace = traceOf(request);
      const given = { ...parseSubmission(request.body, catalog), tenant, trace };
      requireSubmit(caller, given.type);
      const submission = withWebhooks(given, webhooks);
      const addition = toAddition(submission, key, partitions);
      const added = await add(caller, addition);
      const { job } = addition;
      const note = (jobId: string) =>
        request.log.debug({ requestId: request.id, jobId, type: job.name, tenant }, 'job accepted');
      if (added.outcome === 'added' && request.headers.prefer === undefined) {
        note(job.id);
        return answerNew(reply, job);
      }
      const accepted = await toAccepted(store, job, added);
      describe(reply, accepted);
      note(accepted.resource.id);
      return answer(reply, await awaited(request, reply, accepted.resource));
    },
  );
};
