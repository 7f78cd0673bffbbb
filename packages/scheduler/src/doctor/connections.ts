import type { Queryable } from '@drover/shared/database/in-transaction';
import { counted, type Finding, ok, runbook, warn } from './findings.ts';

interface ConnectionsRow {
  taken: number;
  most: number;
  drovers: string[];
}

/** Connections that a process may hold beside its pool: to listen, and to prepare the database. */
const besidePool = 2;
const fullShare = 0.9;

const connectionsQuery = `
  select count(*)::int as taken,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
    coalesce(array_agg(distinct application_name) filter (
      where application_name ~ '^drover-(api|worker|scheduler):' and datname = current_database()), '{}') as drovers
  from pg_stat_activity where backend_type is null or backend_type = 'client backend'
`;

const readConnections = async (pool: Queryable): Promise<ConnectionsRow> => {
  const { rows } = await pool.query<ConnectionsRow>(connectionsQuery);
  return rows[0] ?? { taken: 0, most: 0, drovers: [] };
};

/** Whether Postgres can serve what the pools may ask for. */
export const lookAtConnections = async (
  pool: Queryable,
  poolMax: number,
): Promise<readonly Finding[]> => {
  const { taken, most, drovers } = await readConnections(pool);
  const wanted = drovers.length * (poolMax + besidePool);
  const processes = counted(drovers.length, 'process', 'processes');
  const text = `${taken} of ${most} connections are taken; ${processes} of Drover may hold ${wanted}`;
  const remedy = {
    advice: 'Lower DATABASE_POOL_MAX, raise max_connections, or put a pooler between.',
    see: runbook('DroverPostgresConnections'),
  };
  if (taken > most * fullShare || wanted > most) return [warn(text, remedy)];
  return [ok(text)];
};

/** Whether a scheduler is there: it records, repairs and cleans up. */
export const lookAtSchedulers = async (pool: Queryable): Promise<readonly Finding[]> => {
  const { drovers } = await readConnections(pool);
  const schedulers = drovers.filter((name) => name.startsWith('drover-scheduler:'));
  if (schedulers.length > 0) return [ok(`${counted(schedulers.length, 'scheduler')} connected`)];
  return [
    warn('no scheduler is connected to Postgres: nothing is recorded, repaired or cleaned up', {
      advice: 'Start one. (One that has just been started may not have connected yet.)',
      see: runbook('DroverSchedulerSilent'),
    }),
  ];
};
