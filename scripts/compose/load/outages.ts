import type { EntryOf } from '../../../e2e/faults/ledger/entries.ts';
import { isKeyed } from './steady-load.ts';

/** What may fail for a while: everything while Redis is away, or what a killed API had in its hands. */
export interface Outage {
  readonly kind: 'redis' | 'api';
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** A client that waits for an answer learns of the outage's end a little later, in milliseconds. */
const lateMs = 5_000;

/**
 * Whether a submission that was not accepted has a reason: while Redis is away, each is answered 503 and
 * Retry-After; when an API dies, those without a key that it had not answered yet cannot be repeated
 * by nginx. Nothing else is a reason.
 */
export const isExplained = (
  { at, n, why }: EntryOf<'unknown'>,
  outages: readonly Outage[],
): boolean =>
  outages.some(
    ({ kind, from, to }) =>
      why === '503' && at >= from && at <= to + lateMs && (kind === 'redis' || !isKeyed(n)),
  );
