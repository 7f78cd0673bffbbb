import { prepareDatabase } from '../../packages/jobs/src/database/prepare.ts';
import type { ScheduleDefinition } from '../../packages/jobs/src/schedules/definition.ts';
import { keep } from '../../packages/jobs/src/schedules/table.ts';
import { createViews } from '../../packages/jobs/src/views/registry.ts';
import { inTransaction } from '../../packages/shared/src/database/in-transaction.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import type { Log } from '../../packages/shared/src/log.ts';

/** Each is due every quarter of an hour, and they are spread evenly over it: seconds. */
export const period = 900;

/** The schedule of a place in the row, due in one second of the period, with some others. */
export const scheduleAt = (n: number): ScheduleDefinition => {
  const second = n % period;
  return {
    tenant: 'bench',
    id: `schedule-${n}`,
    declared: false,
    timing: { cron: `${second % 60} ${Math.floor(second / 60)}/15 * * * *`, timezone: 'UTC' },
    job: { type: 'demo.echo', payload: { value: n } },
    overlap: 'skip',
    misfire: 'run-once',
  };
};

/** Writes so many schedules to Postgres, as over the API; Redis knows nothing of them yet. */
export const defineSchedules = async (url: string, count: number, log: Log): Promise<void> => {
  await prepareDatabase({ url, name: 'bench', demo: false, views: createViews([]), log });
  const pool = createPool({ url, max: 1, name: 'bench', log });
  await inTransaction(pool, async (client) => {
    for (let n = 0; n < count; n += 1) await keep(client, scheduleAt(n), true);
  });
  await pool.end();
};
