import { prepareDatabase } from '../../packages/jobs/src/database/prepare.ts';
import type { ScheduleDefinition } from '../../packages/jobs/src/schedules/definition.ts';
import { keep } from '../../packages/jobs/src/schedules/table.ts';
import { createViews } from '../../packages/jobs/src/views/registry.ts';
import { inTransaction } from '../../packages/shared/src/database/in-transaction.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import type { Log } from '../../packages/shared/src/log.ts';

/** Each is due every five minutes, and they are spread evenly over these. */
export const periodMs = 300_000;

/** The schedule of a place in the row: a second of the five minutes of its own, or shared with few. */
export const scheduleAt = (n: number): ScheduleDefinition => {
  const second = n % 300;
  return {
    tenant: 'bench',
    id: `schedule-${n}`,
    declared: false,
    timing: { cron: `${second % 60} ${Math.floor(second / 60)}/5 * * * *`, timezone: 'UTC' },
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
