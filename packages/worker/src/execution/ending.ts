/** What became of an attempt, for logs, metrics and traces. */
export type Outcome =
  | 'succeeded'
  | 'failed'
  | 'canceled'
  | 'expired'
  | 'postponed'
  | 'handed-back'
  | 'lost';

/** How an attempt ended: with the result that BullMQ keeps, or the error that tells it what to do. */
export type Ending =
  | { outcome: 'succeeded'; result: unknown }
  | { outcome: Exclude<Outcome, 'succeeded'>; error: Error };
