import { historyConnections } from '@drover/jobs/history/connections';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { isClientSession } from '../metrics/client-sessions.ts';
import { counted, type Finding, ok, runbook, warn } from './findings.ts';

interface ConnectionsRow {
  taken: number;
  most: number;
  /** Processes of Drover, and those of them that are APIs or schedulers. */
  processes: number;
  apis: number;
  schedulers: number;
}

/** Connections that a process may hold beside its pool: to listen, and to prepare the database. */
const besidePool = 2;
const fullShare = 0.9;

/** Processes are told apart by address, too: in containers, they have the same ids. */
const connectionsQuery = `
  with sessions as (
    select (application_name, client_addr) as process,
      case when datname = current_database()
        then substring(application_name from '^drover-(api|worker|scheduler):') end as role
    from pg_stat_activity where ${isClientSession}
  )
  select count(*)::int as taken,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
    count(distinct process) filter (where role is not null)::int as processes,
    count(distinct process) filter (where role = 'api')::int as apis,
    count(distinct process) filter (where role = 'scheduler')::int as schedulers
  from sessions
`;

const readConnections = async (pool: Queryable): Promise<ConnectionsRow> => {
  const { rows } = await pool.query<ConnectionsRow>(connectionsQuery);
  return rows[0] ?? { taken: 0, most: 0, processes: 0, apis: 0, schedulers: 0 };
};

/** Whether Postgres can serve what the pools may ask for. */
export const lookAtConnections = async (
  pool: Queryable,
  poolMax: number,
): Promise<readonly Finding[]> => {
  const { taken, most, processes, apis } = await readConnections(pool);
  const wanted = processes * (poolMax + besidePool) + apis * historyConnections(poolMax);
  const of = counted(processes, 'process', 'processes');
  const text = `${taken} of ${most} connections are taken; ${of} of Drover may hold ${wanted}`;
  const remedy = {
    advice: 'Lower DATABASE_POOL_MAX, raise max_connections, or put a pooler between.',
    see: runbook('DroverPostgresConnections'),
  };
  if (taken > most * fullShare || wanted > most) return [warn(text, remedy)];
  return [ok(text)];
};

/** Whether a scheduler is there: it records, repairs and cleans up. */
export const lookAtSchedulers = async (pool: Queryable): Promise<readonly Finding[]> => {
  const { schedulers } = await readConnections(pool);
  if (schedulers > 0) return [ok(`${counted(schedulers, 'scheduler')} connected`)];
  return [
    warn('no scheduler is connected to Postgres: nothing is recorded, repaired or cleaned up', {
      advice: 'Start one. (One that has just been started may not have connected yet.)',
      see: runbook('DroverSchedulerSilent'),
    }),
  ];
};
