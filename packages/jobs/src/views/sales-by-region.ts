import { z } from 'zod';
import { defineView } from './define-view.ts';

export const salesByRegion = defineView({
  name: 'sales_by_region',
  summary: 'Orders, units and revenue of each region and day, without canceled orders.',
  sql: `
    select c.region,
           (o.placed_at at time zone 'UTC')::date as day,
           count(*)::integer as orders,
           sum(o.quantity)::integer as units,
           sum(o.amount) as revenue
      from drover_demo.orders o
      join drover_demo.customers c on c.id = o.customer_id
     where o.status <> 'canceled'
     group by 1, 2`,
  uniqueBy: ['region', 'day'],
  columns: {
    region: z.string(),
    day: z.iso.date(),
    orders: z.int(),
    units: z.int(),
    revenue: z.number(),
  },
  refresh: { cron: '*/5 * * * *', maxAge: '15m' },
  demo: true,
});
