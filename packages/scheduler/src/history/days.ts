import { addDay, type Day, dayAfter, dayOf } from '@drover/jobs/history/partitions';
import type { HistoryRow } from '@drover/jobs/history/row';
import { isDatabaseUnavailable } from '@drover/shared/database/failures';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { toError } from '@drover/shared/errors';
import type { Log } from '@drover/shared/log';

/** Days that partitions are made for in advance. */
export const daysAhead = 3;

/** Sees to it that rows find the partition of their day. */
export interface Days {
  /**
   * Makes the partitions that those rows need. Where that cannot be done now they go to the partition
   * of all others, and are moved later.
   */
  prepare(rows: readonly HistoryRow[]): Promise<void>;
  /** Whether the day of that moment is kept still. Milliseconds. */
  keeps(moment: number): boolean;
}

/** @param keptDays how long rows are kept: older days get no partition any more. */
export const createDays = (options: { db: Transactional; keptDays: number; log: Log }): Days => {
  const { db, keptDays, log } = options;
  const known = new Set<Day>();

  const make = async (day: Day) => {
    const today = dayOf(Date.now());
    // Ids with odd times, of a host whose clock is wrong: one partition is enough for them.
    if (day < dayAfter(today, -keptDays) || day > dayAfter(today, daysAhead)) return;
    try {
      await addDay(db, day);
      known.add(day);
    } catch (err) {
      if (isDatabaseUnavailable(err)) throw err;
      log.warn({ day, reason: toError(err).message }, 'a partition of the history was not made');
    }
  };

  return {
    keeps: (moment) => dayOf(moment) >= dayAfter(dayOf(Date.now()), -keptDays),
    prepare: async (rows) => {
      const days = new Set(rows.map(({ submittedAt }) => submittedAt.slice(0, 10)));
      for (const day of days) if (!known.has(day)) await make(day);
    },
  };
};
