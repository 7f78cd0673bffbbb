import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dailyDigest } from '@drover/jobs/daily-digest';
import { prepareDatabase } from '@drover/jobs/database/prepare';
import { maintenancePurge } from '@drover/jobs/maintenance-purge';
import { createPool } from '@drover/shared/database/pool';
import { silentLog } from '@drover/shared/log';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { createDigest } from '../src/services/digest/digest.ts';
import { fileMailer } from '../src/services/mailer.ts';
import { createSessions } from '../src/services/sessions.ts';
import { anyJob, startWorker } from './running-worker.ts';

const log = silentLog();
let database: OwnDatabase;
let pool: Pool;
let folder: string;
beforeAll(async () => {
  database = await createDatabase();
  await prepareDatabase({ url: database.url, name: 'test', demo: true, log });
  pool = createPool({ url: database.url, max: 3, name: 'test', log });
  folder = await mkdtemp(join(tmpdir(), 'drover-mail-'));
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const order = (number: number, placedAt: string, status = 'paid') =>
  database.query(
    `insert into drover_demo.orders (number, customer_id, product_id, quantity, amount, status, placed_at)
     values ($1, 1, 1, 2, 10.50, $2, $3)`,
    [`o-${number}`, status, placedAt],
  );

/** Under another name, on the queue that the worker of the tests runs. */
const inDemo = <T extends typeof dailyDigest | typeof maintenancePurge>(type: T) => ({
  ...type,
  type: `test.${type.type}`,
  queue: 'demo' as const,
});

test('the digest mails the sales and the jobs of the last 24 hours, as HTML and as text', async () => {
  await database.query(
    `insert into drover_demo.customers (email, name, region) values ('a@example.com', 'A', 'North & South')`,
  );
  await database.query(
    `insert into drover_demo.products (sku, name, category, price) values ('s', 'S', 'c', 1)`,
  );
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  await order(1, ago(1));
  await order(2, ago(20));
  await order(3, ago(30));
  await order(4, ago(2), 'canceled');

  const services: Record<string, unknown> = { mailer: fileMailer(folder, 'Drover <d@localhost>') };
  const types = [inDemo(dailyDigest), anyJob('demo.ok', async () => null)];
  await using running = await startWorker(types, { services });
  services['digest'] = createDigest({ pool, queues: running.queues, partitions: 1 });
  await running.finished(await running.submit('demo.ok', null));
  const payload = { to: ['ops@example.com', 'ceo@example.com'], timezone: 'Europe/Berlin' };
  // It tells of the time before the job was submitted.
  const job = await running.finished(await running.submit('test.digest.send', payload));
  expect(job.returnvalue).toMatchObject({ orders: 2, jobs: 1, accepted: payload.to });

  const [file = ''] = await readdir(folder);
  const mail = (await readFile(join(folder, file), 'utf8')).replaceAll('=\r\n', '');
  expect(mail).toContain('To: ops@example.com, ceo@example.com');
  expect(mail).toMatch(/^Subject: Daily digest/m);
  expect(mail).toContain('multipart/alternative');
  expect(mail).toContain('2 orders of 4 units came to 21.00.');
  expect(mail).toContain('North &amp; South');
  expect(mail).toMatch(/Region +Orders +Revenue\r?\nNorth & South +2 +21\.00/);
});

test('a database without a shop has a digest without sales', async () => {
  await using bare = await createDatabase();
  const own = createPool({ url: bare.url, max: 1, name: 'test', log });
  await using running = await startWorker([]);
  const digest = createDigest({ pool: own, queues: running.queues, partitions: 1 });
  const { signal } = new AbortController();
  expect(await digest.collect({ since: 0, until: Date.now() }, { signal })).toMatchObject({
    sales: null,
    jobs: [],
    deadLetters: 0,
  });
  expect(await createSessions(own).purge(new Date(), { signal })).toBe(0);
  await own.end();
});

test('the purge deletes the sessions that were not seen for a while, and no others', async () => {
  await database.query(
    `insert into drover_demo.sessions (started_at, last_seen_at)
     select now() - interval '60 days', now() - interval '1 day' * n
       from generate_series(1, 60) n, generate_series(1, 200)`,
  );
  await using running = await startWorker([inDemo(maintenancePurge)], {
    services: { sessions: createSessions(pool) },
  });
  const purge = async () => {
    const job = await running.submit('test.maintenance.purge', { sessionsOlderThan: '30d' });
    return (await running.finished(job)).returnvalue;
  };
  expect(await purge()).toEqual({ sessions: 31 * 200 });
  expect(await purge()).toEqual({ sessions: 0 });
  const [{ count }] = await database.query(
    'select count(*)::int as count from drover_demo.sessions',
  );
  expect(count).toBe(29 * 200);
});
