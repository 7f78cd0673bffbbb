import type { Queryable } from '@drover/shared/database/in-transaction';
import { type ScheduleDefinition, type ScheduledJob, scheduleFingerprint } from './definition.ts';

/** First half of the keys of the locks under which a tenant's schedules are counted: "sche" in ASCII. */
const lockFamily = 0x73_63_68_65;

/** A schedule that was made over the API, as Postgres keeps it. */
export interface KeptSchedule {
  readonly definition: ScheduleDefinition;
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  tenant: string;
  id: string;
  cron: string | null;
  /** A bigint, which the driver gives as text. */
  every_ms: string | null;
  timezone: string;
  job: ScheduledJob;
  overlap: ScheduleDefinition['overlap'];
  misfire: ScheduleDefinition['misfire'];
  enabled: boolean;
  created_at: Date;
  updated_at: Date;
}

const columns =
  'tenant, id, cron, every_ms, timezone, job, overlap, misfire, enabled, created_at, updated_at';

const toKept = (row: Row): KeptSchedule => {
  const { tenant, id, cron, every_ms: every, timezone, job, overlap, misfire } = row;
  const timing = cron === null ? { every: Number(every) } : { cron, timezone };
  return {
    definition: { tenant, id, declared: false, timing, job, overlap, misfire },
    enabled: row.enabled,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
};

/** A tenant's schedules in the order of their ids. */
export const listKept = async (
  db: Queryable,
  tenant: string,
  { after, limit }: { after: string; limit: number },
): Promise<KeptSchedule[]> => {
  const { rows } = await db.query<Row>(
    `select ${columns} from drover.schedules where tenant = $1 and id > $2 order by id limit $3`,
    [tenant, after, limit],
  );
  return rows.map(toKept);
};

/** Schedules of all tenants, or of one, in the order of their tenants and ids. */
export const listKeptOfAll = async (
  db: Queryable,
  {
    tenant,
    after,
    limit,
  }: {
    tenant: string | undefined;
    /** The tenant and the id to begin after. */
    after: readonly [tenant: string, id: string];
    limit: number;
  },
): Promise<KeptSchedule[]> => {
  const { rows } = await db.query<Row>(
    `select ${columns} from drover.schedules
      where ($1::text is null or tenant = $1) and (tenant, id) > ($2, $3)
      order by tenant, id limit $4`,
    [tenant ?? null, ...after, limit],
  );
  return rows.map(toKept);
};

export const findKept = async (
  db: Queryable,
  tenant: string,
  id: string,
): Promise<KeptSchedule | undefined> => {
  const { rows } = await db.query<Row>(
    `select ${columns} from drover.schedules where tenant = $1 and id = $2`,
    [tenant, id],
  );
  return rows[0] && toKept(rows[0]);
};

/**
 * Lets one transaction at a time change a tenant's schedules, so that they can be counted, and are
 * written to Redis in the order in which they are written here.
 */
export const lockTenant = async (db: Queryable, tenant: string): Promise<void> => {
  await db.query('select pg_advisory_xact_lock($1, hashtext($2))', [lockFamily, tenant]);
};

/** Keeps the schedules of these tenants as they are until the transaction ends. */
export const holdTenants = async (db: Queryable, tenants: readonly string[]): Promise<void> => {
  // In one order for all, so that no two wait for each other.
  await db.query(
    `select pg_advisory_xact_lock_shared($1, lock)
       from (select distinct hashtext(tenant) as lock from unnest($2::text[]) tenant order by 1) locks`,
    [lockFamily, tenants],
  );
};

export const countKept = async (db: Queryable, tenant: string): Promise<number> => {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::integer as count from drover.schedules where tenant = $1',
    [tenant],
  );
  return rows[0]?.count ?? 0;
};

/** Writes a schedule, in the place of what was there. */
export const keep = async (
  db: Queryable,
  definition: ScheduleDefinition,
  enabled: boolean,
): Promise<KeptSchedule> => {
  const { tenant, id, timing, job, overlap, misfire } = definition;
  const cron = 'every' in timing ? null : timing.cron;
  const every = 'every' in timing ? timing.every : null;
  const timezone = 'every' in timing ? 'UTC' : timing.timezone;
  const { rows } = await db.query<Row>(
    `insert into drover.schedules
       (tenant, id, cron, every_ms, timezone, job, overlap, misfire, enabled, fingerprint)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant, id) do update set
       cron = excluded.cron, every_ms = excluded.every_ms, timezone = excluded.timezone,
       job = excluded.job, overlap = excluded.overlap, misfire = excluded.misfire,
       enabled = excluded.enabled, fingerprint = excluded.fingerprint, updated_at = now()
     returning ${columns}`,
    [
      tenant,
      id,
      cron,
      every,
      timezone,
      JSON.stringify(job),
      overlap,
      misfire,
      enabled,
      scheduleFingerprint(definition),
    ],
  );
  return toKept(rows[0] as Row);
};

export const removeKept = async (db: Queryable, tenant: string, id: string): Promise<boolean> => {
  const { rowCount } = await db.query(
    'delete from drover.schedules where tenant = $1 and id = $2',
    [tenant, id],
  );
  return rowCount === 1;
};

/** Those of all tenants that are enabled: the key and the fingerprint of each. */
export const enabledFingerprints = async (db: Queryable): Promise<Map<string, string>> => {
  const { rows } = await db.query<{ key: string; fingerprint: string }>(
    `select tenant || '/' || id as key, fingerprint from drover.schedules where enabled`,
  );
  return new Map(rows.map(({ key, fingerprint }) => [key, fingerprint]));
};

/** The enabled ones of these keys, as they are now. */
export const findEnabled = async (
  db: Queryable,
  keys: readonly string[],
): Promise<ScheduleDefinition[]> => {
  const { rows } = await db.query<Row>(
    `select ${columns} from drover.schedules
      join unnest($1::text[], $2::text[]) as asked (asked_tenant, asked_id)
        on tenant = asked_tenant and id = asked_id
     where enabled`,
    [keys.map((key) => key.split('/')[0]), keys.map((key) => key.split('/')[1])],
  );
  return rows.map((row) => toKept(row).definition);
};

/** The job types that enabled schedules name, each with a few of those that name it. */
export const scheduledTypes = async (db: Queryable): Promise<Map<string, string[]>> => {
  const { rows } = await db.query<{ type: string; keys: string[] }>(
    `select job ->> 'type' as type, (array_agg(tenant || '/' || id))[1:5] as keys
       from drover.schedules where enabled group by 1`,
  );
  return new Map(rows.map(({ type, keys }) => [type, keys]));
};

/** Ids of the declared schedules that are switched off. */
export const disabledDeclared = async (db: Queryable): Promise<Set<string>> => {
  const { rows } = await db.query<{ id: string }>('select id from drover.disabled_schedules');
  return new Set(rows.map(({ id }) => id));
};

export const switchDeclared = async (
  db: Queryable,
  id: string,
  enabled: boolean,
): Promise<void> => {
  await db.query(
    enabled
      ? 'delete from drover.disabled_schedules where id = $1'
      : 'insert into drover.disabled_schedules (id) values ($1) on conflict do nothing',
    [id],
  );
};
