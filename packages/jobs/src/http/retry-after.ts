import { CodedError } from '@drover/shared/errors';
import { submittedAt } from '@drover/shared/job-id';
import { RetryLater } from '../definition/errors.ts';

/** Statuses that another attempt may change: timeouts, rate limits and server errors. */
export const isTransient = (status: number): boolean =>
  status >= 500 || status === 408 || status === 425 || status === 429;

/**
 * Milliseconds that a `Retry-After` header asks to wait (RFC 9110, 10.2.3: seconds or a date);
 * undefined when there is none that can be read.
 */
export const retryAfterMs = (header: string | null | undefined, now = Date.now()) => {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  // Dates only: `Date.parse` would take "5 minutes" for one.
  const date = /^[A-Za-z]{3,9},? .*GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};

/**
 * A job may be postponed, which takes no attempt, until it is this old, in milliseconds. From then on
 * being turned away is a failure like any other, so that no job circles for ever.
 */
const postponedForMs = 24 * 60 * 60 * 1_000;

/** No shorter wait: a server that says "0" would be asked in a tight loop. */
const shortestMs = 1_000;

/** Waits are lengthened by up to this share, so that jobs turned away together do not return together. */
const spread = 0.2;

/**
 * The error of a job that was turned away for a while: {@link RetryLater} while the job is young
 * enough, then a plain error, which takes an attempt and is retried by policy.
 * @param key the job's, which tells when it was submitted; without it the error is a plain one.
 */
export const postponed = (key: string | undefined, delayMs: number, reason: string): Error => {
  const since = key === undefined ? undefined : submittedAt(key);
  const age = since === undefined ? Number.NaN : Date.now() - since;
  const left = postponedForMs - age;
  if (!(age >= 0 && left > 0)) return new CodedError('unavailable', reason);
  const wait = Math.max(shortestMs, delayMs) * (1 + spread * Math.random());
  return new RetryLater(Math.round(Math.min(wait, left)), reason);
};
