import { createPool } from '@drover/shared/database/pool';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { createDatabase } from '../../../tests/servers/own-database.ts';
import { isClientSession } from '../src/metrics/client-sessions.ts';

test("a role that may not read others' sessions still counts them, and none of Postgres's own", async () => {
  await using database = await createDatabase();
  const [{ name }] = await database.query('select current_database() as name');
  await database.query(`create role ${name} login password 'restricted'`);
  const url = new URL(database.url);
  url.username = name;
  url.password = 'restricted';
  const pool = createPool({ url: url.href, max: 1, name: 'restricted', log: silentLog() });
  try {
    const read = async (condition: string) => {
      const { rows } = await pool.query<{ name: string }>(
        `select application_name as name from pg_stat_activity
         where ${condition} and ${isClientSession} order by 1`,
      );
      return rows.map((row) => row.name);
    };
    const named = "datname = current_database() and application_name <> ''";
    expect(await read(named)).toEqual(['restricted', 'test']);
    expect(await read('datid is null')).toEqual([]);
  } finally {
    await pool.end();
    await database.query(`drop role ${name}`);
  }
});
