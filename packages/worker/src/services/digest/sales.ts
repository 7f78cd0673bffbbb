import type { RegionSales, SalesFigures } from '@drover/jobs/digest/figures';
import type { Pool } from 'pg';

interface Row extends RegionSales {
  units: number;
}

const hasShop = async (pool: Pool): Promise<boolean> => {
  const { rows } = await pool.query<{ found: boolean }>(
    "select to_regclass('drover_demo.orders') is not null as found",
  );
  return rows[0]?.found === true;
};

/** The orders of a day that were not taken back; null where there is no shop. */
export const salesOfDay = async (
  pool: Pool,
  { since, until }: { since: number; until: number },
): Promise<SalesFigures | null> => {
  if (!(await hasShop(pool))) return null;
  const { rows } = await pool.query<Row>(
    `select c.region, count(*)::integer as orders, sum(o.quantity)::integer as units,
            sum(o.amount)::float8 as revenue
       from drover_demo.orders o join drover_demo.customers c on c.id = o.customer_id
      where o.placed_at >= $1 and o.placed_at < $2 and o.status not in ('canceled', 'refunded')
      group by c.region order by revenue desc, c.region`,
    [new Date(since), new Date(until)],
  );
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    orders: sum((row) => row.orders),
    units: sum((row) => row.units),
    revenue: sum((row) => row.revenue),
    regions: rows.map(({ region, orders, revenue }) => ({ region, orders, revenue })),
  };
};
