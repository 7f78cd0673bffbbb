import { z } from 'zod';

const common = { at: z.int().describe('Milliseconds since 1970') };
const ofRun = { id: z.string(), run: z.string() };

/** What is written down, each as soon as it has happened. `n` numbers what the client wants done. */
export const ledgerEntry = z.discriminatedUnion('what', [
  /** The client was told 202. */
  z.strictObject({ what: z.literal('accepted'), ...common, n: z.int(), id: z.string() }),
  /** The client was told nothing, or that it should try again: a job may have been made. */
  z.strictObject({ what: z.literal('unknown'), ...common, n: z.int(), why: z.string() }),
  /** The client was told something that no fault explains. */
  z.strictObject({ what: z.literal('refused'), ...common, n: z.int(), why: z.string() }),
  /** The client asked to cancel the job; `status` is the last answer, 0 for none. */
  z.strictObject({ what: z.literal('canceled'), ...common, id: z.string(), status: z.int() }),
  /** A follower saw the job finished, or missing. */
  z.strictObject({ what: z.literal('seen'), ...common, id: z.string(), status: z.string() }),
  /** A handler began. */
  z.strictObject({
    what: z.literal('start'),
    ...common,
    ...ofRun,
    n: z.int(),
    attempt: z.int(),
    losses: z.int(),
  }),
  /** A handler did what the job is for. */
  z.strictObject({ what: z.literal('effect'), ...common, ...ofRun }),
  /** A handler was over. */
  z.strictObject({
    what: z.literal('end'),
    ...common,
    ...ofRun,
    outcome: z.enum(['returned', 'failed', 'aborted']),
  }),
  /** Something was broken on purpose. */
  z.strictObject({ what: z.literal('fault'), ...common, fault: z.string(), target: z.string() }),
  /** A process ended; `expected` says what made it, if anything did. */
  z.strictObject({
    what: z.literal('exit'),
    ...common,
    process: z.string(),
    how: z.string(),
    expected: z.string(),
    wasReady: z.boolean(),
  }),
]);

export type LedgerEntry = z.output<typeof ledgerEntry>;
export type EntryOf<What extends LedgerEntry['what']> = Extract<LedgerEntry, { what: What }>;

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;
/** An entry before the clock is read. */
export type NewEntry = WithoutTime<LedgerEntry>;
