import {
  addDay,
  dayAfter,
  dayOf,
  dropDay,
  listDays,
  pruneKinds,
  pruneOthers,
} from '@drover/jobs/history/partitions';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { inRounds } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { daysAhead } from './days.ts';

/** Time between two rounds, in milliseconds. */
const everyMs = 900_000;

export interface HistoryJanitorOptions {
  db: Transactional;
  /** How long rows are kept, in days. */
  keptDays: number;
  log: Log;
}

/**
 * Makes the partitions of the days to come, and drops those that are older than they are to be kept.
 * @param now milliseconds.
 */
export const tidyHistory = async (
  { db, keptDays, log }: HistoryJanitorOptions,
  now = Date.now(),
): Promise<void> => {
  const today = dayOf(now);
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) await addDay(db, dayAfter(today, ahead));
  const oldest = dayAfter(today, -keptDays);
  for (const day of await listDays(db)) {
    if (day >= oldest) break;
    await dropDay(db, day);
    log.info({ day }, 'a day of the history was dropped');
  }
  while ((await pruneOthers(db, Date.parse(oldest))) > 0);
  await pruneKinds(db);
};

/** Looks after the partitions of the history. Any number of processes may do so at once. */
export const historyJanitor = (options: HistoryJanitorOptions): Component =>
  inRounds({
    name: 'history janitor',
    everyMs,
    round: () => tidyHistory(options),
    failed: 'the partitions of the history were not tidied; trying again',
    log: options.log,
  });
