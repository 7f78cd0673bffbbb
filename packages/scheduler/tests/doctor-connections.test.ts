import { createPool } from '@drover/shared/database/pool';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { createDatabase } from '../../../tests/servers/own-database.ts';
import { lookAtConnections, lookAtSchedulers } from '../src/doctor/connections.ts';

/** Sessions as containers have them, which are PID 1 or 7 each; a temporary table hides the view. */
const sessions = `
  create temporary table pg_stat_activity as
    select datid, datname, backend_type, application_name, client_addr
    from pg_catalog.pg_stat_activity where pid = pg_backend_pid();
  insert into pg_stat_activity
    select datid, current_database(), backend_type, name, address::inet
    from pg_stat_activity, (values
      ('drover-api:7', '10.0.0.1'), ('drover-api:7', '10.0.0.1'), ('drover-api:7', '10.0.0.2'),
      ('drover-worker:7', '10.0.0.3'), ('drover-scheduler:7', '10.0.0.4'), ('drover-scheduler:7', '10.0.0.5'),
      ('drover-worker:8', null), ('drover-doctor:9', '10.0.0.1')
    ) as others (name, address);
`;

test('processes of containers are told apart, and those of an API may hold more', async () => {
  await using database = await createDatabase();
  const pool = createPool({ url: database.url, max: 1, name: 'doctor', log: silentLog() });
  try {
    await pool.query(sessions);
    // Six processes with a pool of 5 and 2 beside it, and 4 more for each of two APIs.
    expect(await lookAtConnections(pool, 5)).toMatchObject([
      {
        summary: expect.stringMatching(
          /^9 of \d+ connections are taken; 6 processes of Drover may hold 50$/,
        ),
      },
    ]);
    expect(await lookAtConnections(pool, 1)).toMatchObject([
      { summary: expect.stringContaining('may hold 20') },
    ]);
    expect(await lookAtSchedulers(pool)).toMatchObject([{ summary: '2 schedulers connected' }]);
  } finally {
    await pool.end();
  }
});
