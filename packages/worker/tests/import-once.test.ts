import { expect, test } from 'vitest';
import { importInto } from './import-files.ts';
import { type PreparedDatabase, prepareOwn } from './prepared-database.ts';

const header = 'sku,name,category,price\n';
const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, at) => `S-${first + at},Lamp,Home,1\n`).join('');

const countOf = async ({ database }: PreparedDatabase) =>
  (await database.query('select count(*)::int as count from drover_demo.products'))[0].count;

/** A file that stops in the middle until it is told how to go on. */
const haltingFile = () => {
  const go = Promise.withResolvers<void>();
  const halted = Promise.withResolvers<void>();
  const content = async function* () {
    yield Buffer.from(header + rowsFrom(1, 5_000));
    halted.resolve();
    await go.promise;
    yield Buffer.from(rowsFrom(5_001, 100));
  };
  return { content: content(), halted: halted.promise, go };
};

test('a source that breaks off leaves nothing, and the retry inserts each row once', async () => {
  await using own = await prepareOwn();
  const { content, halted, go } = haltingFile();
  const failed = expect(importInto(own, 'products', content, { key: 'job' })).rejects.toThrow(
    'connection reset',
  );
  await halted;
  go.reject(new Error('connection reset'));
  await failed;
  expect(await countOf(own)).toBe(0);
  const retried = await importInto(own, 'products', header + rowsFrom(1, 5_100), { key: 'job' });
  expect(retried).toEqual({ inserted: 5_100, rejected: 0 });
  expect(await countOf(own)).toBe(5_100);
});

test('an import that had happened before the worker could say so is not repeated', async () => {
  await using own = await prepareOwn();
  const csv = `${header}${rowsFrom(1, 3)}S-1,again,Home,1\n`;
  const { file: _, ...first } = await importInto(own, 'products', csv, { key: 'job' });
  expect(first).toMatchObject({ inserted: 3, rejected: 1 });
  await own.database.query("delete from drover_demo.products where sku = 'S-2'");
  const neverOpened = () => Promise.reject(new Error('opened again'));
  const again = await importInto(own, 'products', '', { key: 'job', open: neverOpened });
  expect(again).toEqual(first);
  expect(await countOf(own)).toBe(2);
});

test('a second run beside one that goes on waits for it, and does nothing', async () => {
  await using own = await prepareOwn();
  const { content, halted, go } = haltingFile();
  const first = importInto(own, 'products', content, { key: 'job' });
  await halted;
  const second = importInto(own, 'products', header + rowsFrom(1, 5_100), { key: 'job' });
  while ((await own.running()).length === 0);
  go.resolve();
  expect(await first).toEqual({ inserted: 5_100, rejected: 0 });
  expect(await second).toEqual({ inserted: 5_100, rejected: 0 });
  expect(await countOf(own)).toBe(5_100);
});

test('a canceled import leaves neither rows nor a file', async () => {
  await using own = await prepareOwn();
  const { content, halted } = haltingFile();
  const canceling = new AbortController();
  let stored = false;
  const importing = importInto(own, 'products', content, {
    signal: canceling.signal,
    keepRejected: async (_name, stream) => {
      for await (const _ of stream);
      stored = true;
      throw new Error('not to be reached');
    },
  });
  const failed = expect(importing).rejects.toThrow();
  await halted;
  canceling.abort(new Error('canceled'));
  await failed;
  expect(stored).toBe(false);
  expect(await countOf(own)).toBe(0);
  expect(await own.running()).toEqual([]);
});

test('when the store of the rejected rows fails, nothing is inserted', async () => {
  await using own = await prepareOwn();
  const bad = Array.from({ length: 5_000 }, (_, at) => `S-${at},Lamp,Home,x\n`).join('');
  const importing = importInto(own, 'products', `${header}${rowsFrom(9_000, 1)}${bad}`, {
    keepRejected: () => Promise.reject(new Error('the disk is full')),
  });
  await expect(importing).rejects.toThrow('the disk is full');
  expect(await countOf(own)).toBe(0);
});

test('a Postgres that goes away in the middle is worth a retry, and leaves nothing', async () => {
  await using own = await prepareOwn();
  const { content, halted, go } = haltingFile();
  const failed = expect(importInto(own, 'products', content)).rejects.toMatchObject({
    code: 'database-unavailable',
  });
  await halted;
  await own.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'worker'`,
  );
  go.resolve();
  await failed;
  expect(await countOf(own)).toBe(0);
});
