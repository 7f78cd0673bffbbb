import { expect, test } from 'vitest';
import { seed } from '../../../scripts/seed/seed.ts';
import { readSeedOptions } from '../../../scripts/seed/usage.ts';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';

const quietly = () => undefined;
const size = { orders: 3_000, seed: 1, days: 90 };

const digestOf = async (database: OwnDatabase) => {
  const [row] = await database.query(
    'select count(*)::int as count, md5(string_agg(o::text, chr(10) order by id)) as md5 from drover_demo.orders o',
  );
  return row;
};

test('the same seed makes the same shop, another one another', async () => {
  await using one = await createDatabase();
  await using two = await createDatabase();
  await seed(one.url, { size, replace: false }, quietly);
  await seed(two.url, { size, replace: false }, quietly);
  expect(await digestOf(one)).toMatchObject({ count: 3_000 });
  expect(await digestOf(two)).toEqual(await digestOf(one));
  await seed(two.url, { size: { ...size, seed: 2 }, replace: true }, quietly);
  expect((await digestOf(two)).md5).not.toBe((await digestOf(one)).md5);
});

test('a shop that is not empty is left alone unless it may be replaced', async () => {
  await using database = await createDatabase();
  await seed(database.url, { size, replace: false }, quietly);
  const before = await digestOf(database);
  const smaller = { ...size, orders: 100 };
  await expect(
    seed(database.url, { size: smaller, replace: false }, quietly),
  ).rejects.toMatchObject({ code: 'already-seeded' });
  expect(await digestOf(database)).toEqual(before);
  await seed(database.url, { size: smaller, replace: true }, quietly);
  expect(await digestOf(database)).toMatchObject({ count: 100 });
});

test('seeding leaves constraints, indexes and ids as they were, and fresh views', async () => {
  await using database = await createDatabase();
  const describe = async () =>
    database.query(
      `select conname as name from pg_constraint where conrelid = 'drover_demo.orders'::regclass
       union all select indexname from pg_indexes where schemaname = 'drover_demo' order by 1`,
    );
  await seed(database.url, { size: { ...size, orders: 1 }, replace: false }, quietly);
  const before = await describe();
  await seed(database.url, { size, replace: true }, quietly);
  expect(await describe()).toEqual(before);
  const [order] = await database.query(
    `insert into drover_demo.orders (number, customer_id, product_id, quantity, amount, status)
     values ('new', 1, 1, 1, 1, 'paid') returning id::int`,
  );
  expect(order.id).toBe(3_001);
  const [view] = await database.query(
    `select sum(orders)::int as orders,
            (select count(*)::int from drover_demo.orders where status <> 'canceled') as expected
       from drover_views.sales_by_region`,
  );
  expect(view.orders).toBe(view.expected - 1);
});

test.each([['--orders', '0'], ['--orders', '1e6'], ['--ordrs', '5'], ['--orders', '-1'], ['5']])(
  'the arguments %s %s are refused',
  (...args) => {
    expect(() => readSeedOptions(args.filter((arg) => arg !== undefined))).toThrow();
  },
);
