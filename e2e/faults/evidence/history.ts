import { setTimeout as sleep } from 'node:timers/promises';
import { createPool } from '../../../packages/shared/src/database/pool.ts';
import { silentLog } from '../../../packages/shared/src/log.ts';
import { workTypeNames } from '../processes/job-types.ts';
import type { ShownJob } from './api-jobs.ts';

/** A row of the history. */
export interface HistoryRow {
  readonly id: string;
  readonly status: string;
  readonly finishedAt: string | null;
  readonly attempts: number;
  readonly error: string | null;
}

const pollMs = 500;

/** Within this time another recorder takes over what one that was killed has left; milliseconds, with time to spare. */
const recordedMs = 90_000;

const select = `
  select id, status, finished_at as "finishedAt", attempts_made as attempts, error_code as error
  from drover.jobs where type = any ($1)
`;

const endOf = ({ id, status, finishedAt }: Pick<HistoryRow, 'id' | 'status' | 'finishedAt'>) =>
  `${id} ${status} ${finishedAt}`;

/** The history of the suite's jobs, as soon as it has the ends of these, or will not have them any more. */
export const readHistory = async (
  databaseUrl: string,
  jobs: readonly ShownJob[],
): Promise<HistoryRow[]> => {
  const pool = createPool({ url: databaseUrl, max: 1, name: 'faults', log: silentLog() });
  const read = async (): Promise<HistoryRow[]> => {
    const { rows } = await pool.query(select, [workTypeNames]);
    return rows.map((row) => ({ ...row, finishedAt: row.finishedAt?.toISOString() ?? null }));
  };
  try {
    const until = performance.now() + recordedMs;
    for (;;) {
      const rows = await read();
      const ends = new Set(rows.map(endOf));
      if (jobs.every((job) => ends.has(endOf(job))) || performance.now() > until) return rows;
      await sleep(pollMs);
    }
  } finally {
    await pool.end();
  }
};
