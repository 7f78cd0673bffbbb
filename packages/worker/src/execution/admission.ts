import type { Catalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { PermanentError } from '@drover/jobs/definition/errors';
import type { JobEnvelope } from '@drover/jobs/record/envelope';
import { wasCanceled } from '../cancellation.ts';
import type { Attempt } from './attempt.ts';
import { Canceled, Expired } from './interruption.ts';
import type { Workshop } from './workshop.ts';

/** An attempt whose envelope has been read. */
export type OpenedAttempt = Attempt & { readonly envelope: JobEnvelope };

/** @throws PermanentError `not-a-drover-job` when it was put into the queue past Drover. */
export function refuseStranger(attempt: Attempt): asserts attempt is OpenedAttempt {
  if (attempt.envelope) return;
  throw new PermanentError('the job was not submitted through Drover', {
    code: 'not-a-drover-job',
  });
}

/** @throws PermanentError for a step of a workflow whose payload could not be made. */
export const refuseUnfit = ({ envelope: { refusal } }: OpenedAttempt): void => {
  if (refusal) throw new PermanentError(refusal.message, { code: refusal.code });
};

/** Whether no attempt was ever begun before this one. */
const isFirstStart = ({ job }: Attempt): boolean => job.attemptsStarted <= 1;

/** @throws Expired when the job may not start any more. */
export const refuseExpired = (attempt: OpenedAttempt): void => {
  const { expiresAt } = attempt.envelope;
  if (expiresAt !== undefined && isFirstStart(attempt) && expiresAt <= Date.now()) {
    throw new Expired();
  }
};

/**
 * Most jobs cannot have been canceled when they are claimed: one that waits ends at once. One that ran
 * before may have been, when its worker died or it waited for its next attempt.
 */
export const mayBeCanceled = (attempt: Attempt): boolean =>
  !isFirstStart(attempt) || attempt.job.stalledCounter > 0;

/** @throws Canceled */
export const refuseCanceled = async (
  { address }: Attempt,
  { queues }: Pick<Workshop, 'queues'>,
): Promise<void> => {
  const key = queues.keys.inQueue(address.queue, address.partition, address.id);
  if (await wasCanceled(queues.redis, key)) throw new Canceled({ hadBegun: false });
};

/** @throws PermanentError `unknown-job-type`. */
export const findType = (catalog: Catalog, name: string): JobType => {
  const type = catalog.get(name);
  if (type) return type;
  throw new PermanentError(`this worker has no job type "${name}"`, { code: 'unknown-job-type' });
};
