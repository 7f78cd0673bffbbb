import { createSchedulePlace } from '../../packages/jobs/src/schedules/place.ts';
import { createDesired } from '../../packages/scheduler/src/schedules/desired.ts';
import {
  createReconcile,
  type ReconcileReport,
} from '../../packages/scheduler/src/schedules/reconcile.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { deadlineIn } from '../../packages/shared/src/lifecycle/deadline.ts';
import type { Log } from '../../packages/shared/src/log.ts';
import { createRedis, redisComponent } from '../../packages/shared/src/redis/connections.ts';
import { keyPrefix } from '../drover.ts';
import type { Servers } from '../servers.ts';

export interface Round {
  readonly ms: number;
  readonly report: ReconcileReport;
}

/** Rounds of the reconciler as the scheduler has it: one that writes them all, one that finds nothing. */
export const reconcileTwice = async (
  { redisUrl, databaseUrl }: Servers,
  log: Log,
): Promise<{ first: Round; second: Round }> => {
  const redis = createRedis({ url: redisUrl, purpose: 'producer', name: 'bench', log });
  const connection = redisComponent(redis);
  await connection.start();
  const pool = createPool({ url: databaseUrl, max: 2, name: 'bench', log });
  const place = createSchedulePlace({ redis, keys: createKeys(keyPrefix), log });
  const reconcile = createReconcile({
    desired: createDesired({ declared: [], db: pool, place }),
    place,
    log,
    stopping: new AbortController().signal,
  });
  const round = async (): Promise<Round> => {
    const startedAt = performance.now();
    const report = await reconcile();
    return { ms: performance.now() - startedAt, report };
  };
  const first = await round();
  const second = await round();
  await place.component.stop(deadlineIn(1_000));
  await pool.end();
  await connection.stop(deadlineIn(1_000));
  return { first, second };
};
