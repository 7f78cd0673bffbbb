/**
 * Which rows of `pg_stat_activity` are sessions of clients, as SQL. Of what the sessions of others are, Postgres
 * tells members of `pg_read_all_stats` alone; its own processes have no database.
 */
export const isClientSession = `(backend_type = 'client backend' or (backend_type is null and datid is not null))`;
