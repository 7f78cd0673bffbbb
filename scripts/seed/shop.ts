import type { DatabaseClient } from '../../packages/shared/src/database/client.ts';

/** How large the demonstration shop is to be. */
export interface ShopSize {
  readonly orders: number;
  /** The same seed makes the same shop, up to the day. */
  readonly seed: number;
  /** Days before today from which the orders are. */
  readonly days: number;
}

/** Customers and products are fewer than orders, as in a shop that people come back to. */
const ordersPerCustomer = 12;
const ordersPerProduct = 400;
const sessionsPerOrder = 0.1;

const atLeast = (least: number, count: number) => Math.max(least, Math.round(count));

const countsOf = ({ orders }: ShopSize) => ({
  customers: atLeast(10, orders / ordersPerCustomer),
  products: atLeast(20, orders / ordersPerProduct),
  orders,
  sessions: atLeast(10, orders * sessionsPerOrder),
});

/**
 * A random number from 0 to 1 for each row and purpose, the same in every run: it is computed of the
 * row's number instead of being drawn, so neither the plan nor parallel workers change it.
 */
const randomFunction = (seed: number) => `
  create function pg_temp.random_of(row_number bigint, purpose bigint) returns float8
  language sql immutable parallel safe
  return (hashint8extended(row_number, ${seed}::bigint * 1000 + purpose) & 9007199254740991)
         / 9007199254740992.0::float8`;

const regions = `(array['Europe', 'North America', 'Asia', 'South America', 'Oceania', 'Africa'])`;

/** Europe has 38 % of the customers, Africa 4 %. */
const customersSql = `
  insert into drover_demo.customers (id, email, name, region, created_at)
  select n,
         'customer' || n || '@example.com',
         (array['Ada','Ben','Chloe','Dev','Emi','Farid','Grete','Hugo','Ines','Jonas','Kofi','Lena','Mei','Nora','Omar','Pia'])
           [1 + floor(pg_temp.random_of(n, 1) * 16)::int] || ' ' ||
         (array['Abel','Berg','Costa','Diaz','Eriksen','Fischer','Garcia','Haddad','Ito','Jensen','Kumar','Lopez','Meyer','Novak','Okafor','Park'])
           [1 + floor(pg_temp.random_of(n, 2) * 16)::int],
         ${regions}[1 + (select count(*)::int from unnest(array[0.38, 0.64, 0.82, 0.91, 0.96]) as edge
                          where pg_temp.random_of(n, 3) >= edge)],
         $2::timestamptz - (pg_temp.random_of(n, 4) * $3::float8 + 30) * interval '1 day'
    from generate_series(1, $1::bigint) as n`;

/** Prices are log-normal-like: many cheap products, few dear ones. */
const productsSql = `
  insert into drover_demo.products (id, sku, name, category, price)
  select n,
         'SKU-' || lpad(n::text, 6, '0'),
         (array['Light','Solid','Smart','Quiet','Green','Swift','Noble','Plain'])
           [1 + floor(pg_temp.random_of(n, 5) * 8)::int] || ' ' ||
         (array['Lamp','Chair','Bag','Bottle','Radio','Clock','Jacket','Knife','Tent','Desk'])
           [1 + floor(pg_temp.random_of(n, 6) * 10)::int] || ' ' || n,
         (array['Home','Outdoor','Fashion','Electronics','Kitchen'])
           [1 + floor(pg_temp.random_of(n, 7) * 5)::int],
         round((4 + 15 * exp(3 * pg_temp.random_of(n, 8)))::numeric, 2)
    from generate_series(1, $1::bigint) as n`;

/**
 * A few customers and products have most of the orders (the power of a uniform number); the shop
 * grows over the time, people order less in the small hours, and old orders are delivered.
 */
const ordersSql = `
  insert into drover_demo.orders
    (id, number, customer_id, product_id, quantity, amount, status, placed_at)
  select n, 'O-' || lpad(n::text, 9, '0'), customer_id, p.id, quantity,
         round(p.price * quantity, 2),
         case
           when luck < 0.03 then 'canceled'
           when luck < 0.05 then 'refunded'
           when $2::timestamptz - placed_at > interval '10 days' then 'delivered'
           when $2::timestamptz - placed_at > interval '2 days' then 'shipped'
           else 'paid'
         end,
         placed_at
    from (
      select n,
             1 + floor($4::float8 * power(pg_temp.random_of(n, 11), 2))::bigint as customer_id,
             1 + floor($5::float8 * power(pg_temp.random_of(n, 12), 3))::bigint as product_id,
             1 + floor(5 * power(pg_temp.random_of(n, 13), 3))::int as quantity,
             pg_temp.random_of(n, 14) as luck,
             $2::timestamptz
               - ceil($3::float8 * (1 - sqrt(n::float8 / $1))) * interval '1 day'
               - interval '1 day'
               + (8 + 14 * (pg_temp.random_of(n, 15) + pg_temp.random_of(n, 16)) / 2)
                 * interval '1 hour' as placed_at
        from generate_series(1, $1::bigint) as n
    ) as drawn
    join drover_demo.products p on p.id = drawn.product_id`;

const sessionsSql = `
  insert into drover_demo.sessions (id, customer_id, started_at, last_seen_at)
  select md5('session ' || n)::uuid,
         1 + floor($4::float8 * power(pg_temp.random_of(n, 21), 2))::bigint,
         started_at,
         started_at + pg_temp.random_of(n, 22) * interval '2 hours'
    from (
      select n, $2::timestamptz - power(pg_temp.random_of(n, 23), 2) * $3::float8 * interval '1 day'
                - interval '2 hours' as started_at
        from generate_series(1, $1::bigint) as n
    ) as drawn`;

/** Statements in their order, each with its parameters: how many rows, today, days, and what they refer to. */
const stepsOf = (size: ShopSize, today: string) => {
  const { customers, products, orders, sessions } = countsOf(size);
  const { days } = size;
  return [
    { what: 'customers', sql: customersSql, values: [customers, today, days] },
    { what: 'products', sql: productsSql, values: [products] },
    { what: 'orders', sql: ordersSql, values: [orders, today, days, customers, products] },
    { what: 'sessions', sql: sessionsSql, values: [sessions, today, days, customers] },
  ];
};

/** Ids go on after those that were given here. */
const continueIds = ['customers', 'products', 'orders'].map(
  (table) =>
    `select setval(pg_get_serial_sequence('drover_demo.${table}', 'id'),
                   (select max(id) from drover_demo.${table}))`,
);

/**
 * Takes the orders' foreign keys and secondary indexes off, and puts them back: building them once
 * takes a third of the time that keeping them up row by row does.
 */
const orderExtrasSql = `
  select format('alter table drover_demo.orders drop constraint %I', conname) as off,
         format('alter table drover_demo.orders add constraint %I %s', conname,
                pg_get_constraintdef(oid)) as back
    from pg_constraint where conrelid = 'drover_demo.orders'::regclass and contype in ('f', 'u')
  union all
  select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    from pg_index
   where indrelid = 'drover_demo.orders'::regclass
     and not exists (select from pg_constraint where conindid = indexrelid)`;

const triggersSql = (change: 'enable' | 'disable') =>
  ['customers', 'products', 'orders']
    .map((table) => `alter table drover_demo.${table} ${change} trigger user`)
    .join(';');

/** Whether there is anything in the shop. */
export const isStocked = async (client: DatabaseClient): Promise<boolean> => {
  const { rows } = await client.query<{ stocked: boolean }>(
    `select exists (select from drover_demo.customers) or exists (select from drover_demo.products)
         or exists (select from drover_demo.orders) as stocked`,
  );
  return rows[0]?.stocked === true;
};

/**
 * Fills the shop, in place of what is in it. All in one transaction: a shop is seeded whole or not at
 * all.
 * @param onStep hears what is done next.
 */
export const fillShop = async (
  client: DatabaseClient,
  size: ShopSize,
  onStep: (what: string) => void,
): Promise<void> => {
  const { rows } = await client.query<{ today: string }>(
    `select date_trunc('day', now() at time zone 'UTC')::text || '+00' as today`,
  );
  await client.query('begin');
  await client.query(randomFunction(size.seed));
  await client.query(
    'truncate drover_demo.customers, drover_demo.products, drover_demo.orders, drover_demo.sessions',
  );
  // That everything has changed is told by now, and need not be told row by row.
  await client.query(triggersSql('disable'));
  const extras = await client.query<{ off: string; back: string }>(orderExtrasSql);
  for (const { off } of extras.rows) await client.query(off);
  for (const { what, sql, values } of stepsOf(size, rows[0]?.today ?? 'today')) {
    onStep(`${values[0]} ${what}`);
    await client.query(sql, values);
  }
  onStep('indexes and foreign keys');
  for (const { back } of extras.rows) await client.query(back);
  for (const sql of continueIds) await client.query(sql);
  await client.query(triggersSql('enable'));
  await client.query('commit');
  onStep('statistics');
  await client.query('analyze drover_demo.customers, drover_demo.products, drover_demo.orders');
};
