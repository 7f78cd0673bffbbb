import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { importInto } from './import-files.ts';
import { type PreparedDatabase, prepareOwn } from './prepared-database.ts';

let own: PreparedDatabase;
beforeAll(async () => {
  own = await prepareOwn();
});
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await own.database.query('truncate drover_demo.products, drover_demo.customers cascade');
});

const products = async () =>
  (await own.database.query('select sku, name, price from drover_demo.products order by id')).map(
    ({ sku, name, price }) => [sku, name, price],
  );

test('csv with a header line, in any order of the columns', async () => {
  const csv = 'name,price,sku,category\nLamp,12.50,L-1,Home\n"Chair, ""soft""",99,C-1,"Ho\nme"\n';
  expect(await importInto(own, 'products', csv)).toEqual({ inserted: 2, rejected: 0 });
  expect(await products()).toEqual([
    ['L-1', 'Lamp', '12.50'],
    ['C-1', 'Chair, "soft"', '99.00'],
  ]);
});

test('csv without a header line, with CRLF and a byte order mark', async () => {
  const columns = ['sku', 'name', 'category', 'price'];
  const csv = '\ufeffL-1,Lämp,Home,1\r\nL-2,灯,Home,2\r\n';
  expect(await importInto(own, 'products', csv, { columns })).toMatchObject({ inserted: 2 });
  expect(await products()).toEqual([
    ['L-1', 'Lämp', '1.00'],
    ['L-2', '灯', '2.00'],
  ]);
});

test('ndjson', async () => {
  const lines = [
    { sku: 'L-1', name: 'tab\there, back\\slash, \u2028', category: 'Home', price: 1.5 },
    { category: 'Home', price: 2, sku: 'L-2', name: '\\N' },
  ].map((row) => JSON.stringify(row));
  const content = `${lines.join('\n')}\n\n`;
  expect(await importInto(own, 'products', content, { format: 'ndjson' })).toEqual({
    inserted: 2,
    rejected: 0,
  });
  expect((await products()).map(([, name]) => name)).toEqual([
    'tab\there, back\\slash, \u2028',
    '\\N',
  ]);
});

test('rows that do not fit are kept with line and reason, the others are inserted', async () => {
  const csv = [
    'sku,name,category,price',
    'L-1,Lamp,Home,1',
    'L-2,Lamp,Home,cheap',
    'L-3,Lamp,Home',
    ',Lamp,Home,4',
    'L-5,"two\nlines",Home,-5',
    'L-6,nul\0l,Home,6',
    '',
    'L-8,Lamp,Home,8',
  ].join('\n');
  const { file, ...outcome } = await importInto(own, 'products', csv);
  expect(outcome).toMatchObject({ inserted: 2, rejected: 5, artifact: { name: 'rejected.csv' } });
  expect(file?.split('\n')).toEqual([
    'line,reason,sku,name,category,price',
    expect.stringMatching(/^3,"?price: .*number.*,L-2,Lamp,Home,cheap$/),
    '4,"expected 4 fields, got 3",L-3,Lamp,Home',
    expect.stringMatching(/^5,"?sku: .*,,Lamp,Home,4$/),
    expect.stringMatching(/^6,.*price: .*,L-5,"two$/),
    'lines",Home,-5',
    '8,name: holds a null character,L-6,nul\0l,Home,6',
    '',
  ]);
  expect((await products()).map(([sku]) => sku)).toEqual(['L-1', 'L-8']);
});

test('rejected ndjson rows are kept as they are', async () => {
  const content =
    '{"sku":"L-1"}\n[1]\nnot json\n{"sku":"L-2","name":"L","category":"H","price":1,"x":1}\n';
  const { file, ...outcome } = await importInto(own, 'products', content, { format: 'ndjson' });
  expect(outcome).toMatchObject({ inserted: 0, rejected: 4 });
  const rows = file
    ?.trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows).toMatchObject([
    { line: 1, row: { sku: 'L-1' } },
    { line: 2, reason: 'expected a JSON object', row: [1] },
    { line: 3, reason: 'not JSON', row: 'not json' },
    { line: 4, reason: expect.stringContaining('"x"') },
  ]);
});

test('a key that is there already is rejected, in the table and in the file', async () => {
  const csv = (...skus: string[]) =>
    `sku,name,category,price\n${skus.map((sku, at) => `${sku},name ${at},Home,1\n`).join('')}`;
  await importInto(own, 'products', csv('A', 'B'));
  const { file, ...outcome } = await importInto(own, 'products', csv('C', 'B', 'C', 'D'));
  expect(outcome).toMatchObject({ inserted: 2, rejected: 2 });
  expect(file).toContain('3,there is a row with this sku already,B,name 1');
  expect(file).toContain('4,there is a row with this sku already,C,name 2');
  expect((await products()).map(([sku, name]) => `${sku} ${name}`)).toEqual([
    'A name 0',
    'B name 1',
    'C name 0',
    'D name 3',
  ]);
});

test('what only the database knows to be wrong is rejected row by row', async () => {
  await own.database.query(
    `insert into drover_demo.customers (id, email, name, region) values (1, 'a@b.c', 'A', 'R')`,
  );
  await own.database.query(
    `insert into drover_demo.products (id, sku, name, category, price) values (1, 'S', 'N', 'C', 1)`,
  );
  const order = (number: string, customer: number, amount: string) =>
    `${number},${customer},1,1,${amount},paid,\n`;
  const header = 'number,customer_id,product_id,quantity,amount,status,placed_at\n';
  const csv = `${header}${order('1', 1, '1')}${order('2', 99, '1')}${order('3', 1, '1')}${order('1', 1, '1')}${order('5', 9e15, '1')}`;
  const { file, ...outcome } = await importInto(own, 'orders', csv);
  expect(outcome).toMatchObject({ inserted: 2, rejected: 3 });
  expect(file).toContain('Key (customer_id)=(99) is not present in table ""customers"".');
  expect(file).toContain('5,there is a row with this number already');
  const rows = await own.database.query(
    "select number, placed_at > now() - interval '1 hour' as recent from drover_demo.orders order by 1",
  );
  // A field that was left empty got the column's default.
  expect(rows).toEqual([
    { number: '1', recent: true },
    { number: '3', recent: true },
  ]);
});

test.each([
  [
    'a header line that names no such column',
    'sku,nam,category,price\n',
    'columns-unfit',
    'Did you mean "name"?',
  ],
  [
    'a header line without a needed column',
    'sku,name\n',
    'columns-unfit',
    'needs the column "category"',
  ],
  ['a file with another separator', 'sku;name;category;price\n', 'columns-unfit', 'no column'],
  ['an empty file', '', 'source-malformed', 'empty'],
  [
    'a quote that is never closed',
    'sku,name,category,price\nL-1,"Lamp,Home,1\n',
    'source-malformed',
    'Quote',
  ],
  [
    'bytes that are not UTF-8',
    Buffer.from('sku,name,category,price\nL-1,L\xe4mp,Home,1\n', 'latin1'),
    'source-malformed',
    'UTF-8',
  ],
])('%s fails for good, and nothing is inserted', async (_what, content, code, message) => {
  const good = 'sku,name,category,price\nL-0,Lamp,Home,1\n';
  const whole =
    typeof content === 'string' && content.startsWith('sku,name,category,price\n')
      ? good + content.slice(content.indexOf('\n') + 1)
      : content;
  await expect(importInto(own, 'products', whole)).rejects.toMatchObject({
    name: 'PermanentError',
    code,
    message: expect.stringContaining(message),
  });
  expect(await products()).toEqual([]);
});

test('a row without an end does not fill the memory', async () => {
  const endless = async function* () {
    yield Buffer.from('sku,name,category,price\n"');
    for (;;) yield Buffer.alloc(65_536, 'x');
  };
  for (const format of ['csv', 'ndjson'] as const) {
    await expect(importInto(own, 'products', endless(), { format })).rejects.toMatchObject({
      code: 'source-malformed',
    });
  }
});

test('a table that is not in the database fails for good', async () => {
  await using other = await prepareOwn();
  await other.database.query('drop table drover_demo.sessions, drover_demo.orders cascade');
  const csv = 'number,customer_id,product_id,quantity,amount,status\n';
  await expect(importInto(other, 'orders', csv)).rejects.toMatchObject({ code: 'table-missing' });
});
