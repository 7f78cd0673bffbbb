import { demoMigrations, droverMigrations } from '@drover/jobs/database/migration-sets';
import { outdatedViews } from '@drover/jobs/database/view-relations';
import { dayOf, listDays } from '@drover/jobs/history/partitions';
import { views } from '@drover/jobs/views/registry';
import type { Config } from '@drover/shared/config';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { pendingMigrations, schemaExists } from '@drover/shared/database/migrations';
import { checkPostgres } from '@drover/shared/database/preflight';
import { CodedError } from '@drover/shared/errors';
import type { Stores } from '@drover/shared/stores';
import { clockFinding } from './clock.ts';
import {
  counted,
  databasePage,
  type Finding,
  fail,
  ok,
  problemsOr,
  someOf,
  warn,
} from './findings.ts';

interface ServerRow {
  version: string;
  standby: boolean;
  read_only: string;
}

/** Version, and whether it may be written to. */
export const lookAtServer = async (pool: Stores['pool']): Promise<readonly Finding[]> => {
  try {
    await checkPostgres(pool);
  } catch (err) {
    if (!(err instanceof CodedError)) throw err;
    return [fail(err.message, { advice: 'Processes of Drover do not start until that is so.' })];
  }
  const { rows } = await pool.query<ServerRow>(
    `select current_setting('server_version') as version, pg_is_in_recovery() as standby,
       current_setting('default_transaction_read_only') as read_only`,
  );
  const [row] = rows;
  if (row?.standby) {
    const advice = 'Set DATABASE_URL to the primary: nothing can be written to a standby.';
    return [fail('this is a standby', { advice, see: databasePage })];
  }
  if (row?.read_only === 'on') {
    const advice = 'Lift default_transaction_read_only of the role, the database or the server.';
    return [fail('transactions are read-only', { advice, see: databasePage })];
  }
  return [ok(`version ${row?.version ?? '?'}, takes writes`)];
};

/** Whether tables and views are those of this version. */
export const lookAtMigrations = async (
  pool: Queryable,
  { production }: Pick<Config, 'production'>,
): Promise<readonly Finding[]> => {
  const demo = !production || (await schemaExists(pool, demoMigrations.schema));
  const sets = demo ? [droverMigrations, demoMigrations] : [droverMigrations];
  const pending = (await Promise.all(sets.map((set) => pendingMigrations(pool, set)))).flat();
  const outdated = await outdatedViews(
    pool,
    views.all.filter((view) => demo || !view.demo),
  );
  const remedy = {
    advice: 'Run "npm run migrate", or start a worker or a scheduler of this version.',
    see: `${databasePage}#migrations`,
  };
  return problemsOr(
    [
      ...(pending.length > 0
        ? [fail(`${counted(pending.length, 'migration')} missing: ${someOf(pending)}`, remedy)]
        : []),
      ...(outdated.length > 0
        ? [fail(`views are not as defined: ${someOf(outdated.map(({ name }) => name))}`, remedy)]
        : []),
    ],
    'tables and views are those of this version',
  );
};

/** What the processes write to. */
const written = [
  'imports',
  'views',
  'jobs',
  'audit',
  'load_samples',
  'schedules',
  'disabled_schedules',
];

const privilegesQuery = `
  select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'drover' and c.relkind in ('r', 'p') and (
    not has_schema_privilege(n.oid, 'usage') or not has_table_privilege(c.oid, 'select')
    or (c.relname = any($1) and not (
      has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update'))))
  order by 1
`;

/** Whether the role may do what the processes do. */
export const lookAtPrivileges = async (pool: Queryable): Promise<readonly Finding[]> => {
  const { rows } = await pool.query<{ name: string }>(privilegesQuery, [written]);
  const remedy = {
    advice: 'Grant it what the guide lists, if this is the role of the processes.',
    see: `${databasePage}#migrations`,
  };
  return problemsOr(
    rows.length === 0
      ? []
      : [fail(`the role lacks rights on ${someOf(rows.map(({ name }) => name))}`, remedy)],
    'the role may read and write what it needs',
  );
};

/** The clock of Postgres dates the history. */
export const lookAtClock = async (pool: Queryable): Promise<readonly Finding[]> => {
  const asked = Date.now();
  const { rows } = await pool.query<{ ms: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
  );
  const answered = Date.now();
  return [clockFinding('Postgres', rows[0]?.ms ?? answered, { asked, answered })];
};

/** Whether the history has a place for today's jobs. */
export const lookAtPartitions = async (
  pool: Queryable,
  { history }: Pick<Config, 'history'>,
): Promise<readonly Finding[]> => {
  if (history.days === 0) return [ok('no history is kept (HISTORY_DAYS=0)')];
  const days = await listDays(pool);
  if (days.includes(dayOf(Date.now()))) return [ok(`there are partitions of ${days.length} days`)];
  return [
    warn('the history has no partition for today: its rows go to the one of all others', {
      advice: 'A scheduler makes them: is one running, and what does its log say?',
      see: 'docs/explanation/history.md',
    }),
  ];
};
