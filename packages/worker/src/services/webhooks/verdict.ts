import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { backoffDelayMs } from '@drover/jobs/definition/retry-policy';
import { retryAfterMs } from '@drover/jobs/http/retry-after';
import { webhookDeliver } from '@drover/jobs/webhook-deliver';
import { CodedError } from '@drover/shared/errors';
import type { Posted } from './post.ts';

/** After so many milliseconds no failure is retried: three days. */
export const triedForMs = 3 * 86_400_000;

/** Longest wait that an endpoint may ask for, in milliseconds. */
const longestWaitMs = 86_400_000;

export const isDelivered = ({ status = 0 }: Posted): boolean => status >= 200 && status < 300;

/** Whether an outcome says that the endpoint is down: others are about the message. */
export const isOutage = (outcome: unknown): boolean => {
  const { status, error } = outcome as Posted;
  return status === undefined ? error?.isFinal !== true : status >= 500 || status === 429;
};

/** Why a request did not deliver; undefined when it did. */
export const faultOf = (posted: Posted): { code: string; message: string } | undefined => {
  const { status, error } = posted;
  if (isDelivered(posted)) return undefined;
  if (error) return { code: error.code, message: error.message };
  if (status === 410) return { code: 'endpoint-gone', message: 'the endpoint answered 410' };
  if (status !== undefined && status >= 300 && status < 400) {
    const message = `the endpoint answered ${status}; redirects are not followed`;
    return { code: 'redirected', message };
  }
  return { code: 'unexpected-status', message: `the endpoint answered ${status}, expected 2xx` };
};

/** How long an endpoint asks to be left alone, in milliseconds. */
const askedWait = ({ status, retryAfter }: Posted): number | undefined =>
  status === 429 || status === 503 ? retryAfterMs(retryAfter) : undefined;

/** When the attempts began to count, and how many requests were made, this one included. */
export interface Trials {
  since: number;
  requests: number;
}

/**
 * The error of a delivery that waits for `delayMs` and takes no attempt; it fails for good when its time
 * is over by then.
 */
export const later = (
  delayMs: number,
  { code, message }: { code: string; message: string },
  { since }: Pick<Trials, 'since'>,
): Error =>
  Date.now() + delayMs > since + triedForMs
    ? new PermanentError(`${message}; it was tried for three days`, { code })
    : new RetryLater(Math.round(delayMs), message);

/**
 * The error that a request which did not deliver ends its attempt with. An endpoint that asks for a wait
 * is asked no sooner, and no more often than one that fails without a word.
 */
export const failureOf = (posted: Posted, trials: Trials): Error | undefined => {
  const fault = faultOf(posted);
  if (!fault) return undefined;
  const { code, message } = fault;
  if (posted.error?.isFinal || posted.status === 410) return new PermanentError(message, { code });
  const asked = askedWait(posted);
  if (asked !== undefined) {
    const own = backoffDelayMs(webhookDeliver.retry.backoff, trials.requests);
    return later(Math.max(own, Math.min(asked, longestWaitMs)), fault, trials);
  }
  const isOver = Date.now() >= trials.since + triedForMs;
  return isOver ? new PermanentError(message, { code }) : new CodedError(code, message);
};
