import type { Catalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { PermanentError } from '@drover/jobs/definition/errors';
import type { Services } from '@drover/jobs/definition/services';
import { jobEnvelope } from '@drover/jobs/record/envelope';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { Config } from '@drover/shared/config';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { z } from 'zod';
import { type Cancellations, wasCanceled } from '../cancellation.ts';
import { jobArtifacts } from './artifacts.ts';
import type { ClaimedJob, OpenedJob } from './claimed-job.ts';
import { Canceled, Expired } from './interruption.ts';
import { createJobLog } from './job-log.ts';
import { observeEnd, observeStart } from './observe.ts';
import { createProgressReporter } from './progress.ts';
import { runWithSignal } from './run-with-signal.ts';
import { settleThrown } from './settle.ts';

/** Largest result kept, in bytes of JSON; files belong into artifacts. */
export const maxResultBytes = 1_048_576;

/** What the pipeline works with, the same for every job of a worker. */
export interface Workshop {
  catalog: Catalog;
  services: Services;
  artifacts: ArtifactStore;
  /** Names this process in the records of attempts: `host:pid`. */
  worker: string;
  /** Where jobs are kept: for their logs, and for telling those who follow them. */
  queues: QueueSet;
  cancellations: Cancellations;
  keep: Config['keep'];
  log: Log;
}

const openEnvelope = (claimed: ClaimedJob): OpenedJob => {
  const envelope = jobEnvelope.safeParse(claimed.job.data);
  if (envelope.success) return { ...claimed, envelope: envelope.data };
  throw new PermanentError('the job was not submitted through Drover', {
    code: 'not-a-drover-job',
  });
};

const findType = (catalog: Catalog, name: string): JobType => {
  const type = catalog.get(name);
  if (type) return type;
  throw new PermanentError(`this worker has no job type "${name}"`, { code: 'unknown-job-type' });
};

const parsePayload = (type: JobType, payload: unknown): unknown => {
  const parsed = type.payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new PermanentError(
    `the payload does not fit ${type.type}: ${z.prettifyError(parsed.error)}`,
    {
      code: 'invalid-payload',
    },
  );
};

/** @throws Expired when the job may not start any more. */
const refuseExpired = ({ job, envelope }: OpenedJob) => {
  const { expiresAt } = envelope;
  if (expiresAt !== undefined && job.attemptsStarted <= 1 && expiresAt <= Date.now()) {
    throw new Expired();
  }
};

/**
 * Most jobs cannot have been canceled when they are claimed: one that waits ends at once. One that ran
 * before may have been, when its worker died or it waited for its next attempt.
 * @throws Canceled
 */
const refuseCanceled = async ({ job, address }: OpenedJob, { queues }: Workshop) => {
  if (job.attemptsStarted <= 1 && job.stalledCounter === 0) return;
  const key = queues.keys.inQueue(address.queue, address.partition, address.id);
  if (await wasCanceled(queues.redis, key)) throw new Canceled({ hadBegun: false });
};

/** Bytes of a value as JSON; undefined when it cannot be JSON: cyclic, a BigInt, a getter that throws. */
const jsonBytes = (value: unknown): number | undefined => {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch {
    return undefined;
  }
};

const parseResult = (type: JobType, result: unknown): unknown => {
  const unfit = (why: string, code = 'invalid-result') =>
    new PermanentError(`the result of ${type.type} ${why}`, { code });
  const parsed = type.result.safeParse(result);
  if (!parsed.success) throw unfit(`does not fit: ${z.prettifyError(parsed.error)}`);
  const bytes = jsonBytes(parsed.data);
  if (bytes === undefined) throw unfit('cannot be written as JSON');
  if (bytes > maxResultBytes) {
    throw unfit(`has ${bytes} bytes; ${maxResultBytes} are the most`, 'result-too-large');
  }
  return parsed.data;
};

/** Longest time that a finished attempt waits for its last progress and log lines to be kept. */
const keepingMs = 2_000;

/** Runs the handler with all that its context promises, until the attempt is over. */
const runHandler = async (
  { job, id, address, envelope, signal }: OpenedJob,
  type: JobType,
  payload: unknown,
  { services, artifacts, queues }: Workshop,
  log: Log,
): Promise<unknown> => {
  const progress = createProgressReporter(queues, { job, address }, log);
  const jobLog = createJobLog(queues, address, log);
  const run = (attemptSignal: AbortSignal) =>
    type.run({
      payload,
      id,
      tenant: envelope.tenant,
      attempt: job.attemptsMade + 1,
      losses: job.stalledCounter,
      key: id,
      signal: attemptSignal,
      progress: progress.report,
      log: jobLog,
      services,
      artifacts: jobArtifacts(artifacts, id, attemptSignal),
    });
  try {
    return await runWithSignal(run, { timeoutMs: envelope.timeout ?? type.timeoutMs, signal });
  } finally {
    const kept = Promise.all([progress.close(), jobLog.close()]);
    await within(deadlineIn(keepingMs), 'keeping progress and log', kept).catch((err: unknown) => {
      log.warn({ err }, 'progress or log lines may be missing');
    });
  }
};

/**
 * The life of one attempt: open the envelope, expired? canceled? find the type, parse the payload, run, parse the
 * result, settle, observe. BullMQ has claimed the job before and stores the outcome after.
 * @returns the result that BullMQ keeps.
 * @throws what tells BullMQ to retry, fail, delay or requeue the job.
 */
export const executeJob = async (claimed: ClaimedJob, workshop: Workshop): Promise<unknown> => {
  const { job, id } = claimed;
  const log = workshop.log.child({
    jobId: id,
    type: job.name,
    tenant: jobEnvelope.safeParse(job.data).data?.tenant,
    attempt: job.attemptsMade + 1,
  });
  observeStart(claimed, log);
  try {
    const opened = openEnvelope(claimed);
    refuseExpired(opened);
    await refuseCanceled(opened, workshop);
    const type = findType(workshop.catalog, job.name);
    const payload = parsePayload(type, opened.envelope.payload);
    const result = parseResult(type, await runHandler(opened, type, payload, workshop, log));
    observeEnd(claimed, 'succeeded', log);
    return result;
  } catch (thrown) {
    const { outcome, error } = await settleThrown(claimed, thrown, {
      ...workshop,
      keepFailedMs: workshop.keep.failedMs,
    });
    observeEnd(claimed, outcome, log, error);
    throw error;
  }
};
