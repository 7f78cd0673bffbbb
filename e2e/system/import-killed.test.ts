import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createDatabase } from '../../tests/servers/own-database.ts';
import { startSystem } from './running-system.ts';

const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, at) => `S-${first + at},Lamp,Home,1\n`).join('');

/** Serves a csv file; the first time it stops in the middle, and never goes on. */
const serveFile = async () => {
  const halted = Promise.withResolvers<void>();
  let times = 0;
  const server = createServer((_request, response) => {
    times += 1;
    response.writeHead(200, { 'content-type': 'text/csv' });
    response.write(`sku,name,category,price\n${rowsFrom(1, 20_000)}bad,row\n`);
    if (times > 1) response.end(rowsFrom(20_001, 10));
    else setImmediate(halted.resolve);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/products.csv`,
    halted: halted.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

test('a worker that is killed in the middle of an import: each row is there once', async () => {
  await using database = await createDatabase();
  await using file = await serveFile();
  await using system = await startSystem({
    roles: ['api'],
    env: { DATABASE_URL: database.url, EGRESS_ALLOW: '127.0.0.1' },
  });
  const worker = await system.start('worker');
  const source = { url: file.url };
  const { id } = await system.submit('data.import', { source, format: 'csv', table: 'products' });
  await file.halted;
  const isInserting = async () =>
    (await database.query("select pg_relation_size('drover_demo.products')::int as size"))[0].size;
  while ((await isInserting()) === 0);
  worker.child.kill('SIGKILL');
  await worker.ended;
  const count = async () =>
    (await database.query('select count(*)::int as count from drover_demo.products'))[0].count;
  expect(await count()).toBe(0);

  await system.start('worker');
  const { status, result } = await system.until(id);
  expect(status).toBe('succeeded');
  expect(result).toMatchObject({ inserted: 20_010, rejected: 1 });
  expect(await count()).toBe(20_010);
});
