import { createCatalog } from '@drover/jobs/catalog';
import { prepareDatabase } from '@drover/jobs/database/prepare';
import type { ScheduleDefinition } from '@drover/jobs/schedules/definition';
import { createSchedulePlace, type SchedulePlace } from '@drover/jobs/schedules/place';
import { keep, lockTenant, removeKept } from '@drover/jobs/schedules/table';
import { createViews } from '@drover/jobs/views/registry';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { type Log, silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import type { Pool } from 'pg';
import { inject, vi } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { type DeclaredInput, declare } from '../src/schedules/declare.ts';
import { createDesired } from '../src/schedules/desired.ts';
import { installedKeys } from '../src/schedules/inspect.ts';
import { createReconcile, type ReconcileReport } from '../src/schedules/reconcile.ts';

export const catalog = createCatalog({ production: false });

export const nightly: DeclaredInput = {
  id: 'nightly-echo',
  cron: '0 2 * * *',
  timezone: 'Europe/Berlin',
  type: 'demo.echo',
  payload: { value: 'night' },
};

export const hourly: ScheduleDefinition = {
  tenant: 'acme',
  id: 'hourly',
  declared: false,
  timing: { cron: '0 * * * *', timezone: 'UTC' },
  job: { type: 'demo.echo', payload: { value: 1 } },
  overlap: 'allow',
  misfire: 'run-once',
};

/** Schedules in a Redis and a Postgres of a test's own. */
export interface Reconcilers extends AsyncDisposable {
  readonly place: SchedulePlace;
  readonly pool: Pool;
  readonly database: OwnDatabase;
  readonly log: Log;
  /** A round of a scheduler process of its own. */
  round(options?: {
    declared?: readonly DeclaredInput[];
    now?: () => number;
  }): Promise<ReconcileReport>;
  /** The rounds of one process. */
  process(options?: {
    declared?: readonly DeclaredInput[];
    now?: () => number;
  }): () => Promise<ReconcileReport>;
  keep(definition: ScheduleDefinition, enabled?: boolean): Promise<void>;
  remove(definition: ScheduleDefinition): Promise<void>;
  /** Keys of all that BullMQ has. */
  installed(): Promise<string[]>;
  /** The slot that a schedule waits for, and whether its job is there. */
  waitsFor(key: string): Promise<{ next: number; isThere: boolean }>;
}

export const openReconcilers = async (): Promise<Reconcilers> => {
  const log = silentLog();
  const database = await createDatabase();
  await prepareDatabase({
    url: database.url,
    name: 'test',
    demo: false,
    views: createViews([]),
    log,
  });
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const pool = createPool({ url: database.url, max: 5, name: 'test', log, acquireTimeoutMs: 500 });
  const place = createSchedulePlace({ redis, keys: createKeys(randomPrefix()), log });
  const stopping = new AbortController();
  const processOf: Reconcilers['process'] = ({ declared = [], now } = {}) =>
    createReconcile({
      desired: createDesired({ declared: declare(declared, catalog), db: pool, place }),
      place,
      log,
      stopping: stopping.signal,
      ...(now && { now }),
    });
  return {
    place,
    pool,
    database,
    log,
    process: processOf,
    round: (options) => processOf(options)(),
    keep: async (definition, enabled = true) => {
      await lockTenant(pool, definition.tenant);
      await keep(pool, definition, enabled);
    },
    remove: async ({ tenant, id }) => {
      await removeKept(pool, tenant, id);
    },
    installed: async () => (await installedKeys(place)).sort(),
    waitsFor: async (key) => {
      const { next = 0 } = (await place.queue.getJobScheduler(key)) ?? {};
      const id = `repeat:${key}:${next}`;
      return { next: next ?? 0, isThere: (await place.queue.getJob(id)) !== undefined };
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await place.component.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
};

/** What was logged at a level. */
export const logged = (log: Log, level: 'warn' | 'error' | 'info') => vi.spyOn(log, level);
