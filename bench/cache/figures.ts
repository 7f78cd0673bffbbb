import { z } from 'zod';
import { defineCache } from '../../packages/shared/src/cache/define-cache.ts';

/** What the loader reads from the database. */
export const figures = defineCache({
  name: 'figures',
  schema: z.array(z.object({ region: z.string(), orders: z.number(), total: z.number() })),
  ttl: '10m',
});

/** The same without copies in memory. */
export const remoteFigures = defineCache({
  name: 'remote-figures',
  schema: z.array(z.object({ region: z.string(), orders: z.number(), total: z.number() })),
  ttl: '10m',
  localTtl: 0,
});

/** How the processes of the benchmark talk. */
export const channels = { orders: 'bench:orders', said: 'bench:said' } as const;

/** A dashboard's query over 200 000 orders. */
export const seed = `
  create table bench_orders as
  select n as id, 'region ' || n % 20 as region, (n * 7919) % 10000 as cents
  from generate_series(1, 200000) n`;
export const query = `
  select region, count(*)::int as orders, sum(cents)::float8 as total
  from bench_orders group by region order by region`;
