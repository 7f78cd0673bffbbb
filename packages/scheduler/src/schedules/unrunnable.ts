import type { Catalog } from '@drover/jobs/catalog';
import { scheduledTypes } from '@drover/jobs/schedules/table';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { Log } from '@drover/shared/log';

/**
 * Reports schedules whose job type is there no longer, once for each type until it is back: their slots
 * are refused, and say so.
 */
export const createUnrunnableReport = (options: { db: Queryable; catalog: Catalog; log: Log }) => {
  const { db, catalog, log } = options;
  let reported = new Set<string>();

  return async (): Promise<void> => {
    const types = await scheduledTypes(db);
    const gone = [...types].filter(([type]) => !catalog.offered(type));
    for (const [type, schedules] of gone) {
      if (reported.has(type)) continue;
      log.error(
        { type, schedules },
        'schedules name a job type that there is not; they cannot run',
      );
    }
    reported = new Set(gone.map(([type]) => type));
  };
};
