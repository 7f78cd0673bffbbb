import type { Pool } from 'pg';
import { inTransaction } from '../../packages/shared/src/database/in-transaction.ts';
import type { DroverProcess } from '../drover.ts';

const requests = 1_000;

/** A page that nobody has asked for yet, of a view that is a table, which can be locked. */
const path = '/views/order_details?limit=77';

const loadsOf = async ({ url }: DroverProcess): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const loads = text.matchAll(/^drover_cache_loads_total\{cache="view-pages",.*\} (\d+)/gm);
  return loads.reduce((sum, [, count]) => sum + Number(count), 0);
};

const allLoads = async (apis: readonly DroverProcess[]): Promise<number> =>
  (await Promise.all(apis.map(loadsOf))).reduce((sum, loads) => sum + loads, 0);

const isAwaited = async (pool: Pool): Promise<boolean> => {
  const { rowCount } = await pool.query(
    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  return rowCount !== 0;
};

/**
 * Asks these processes for one page at once, and keeps Postgres from answering before all have asked.
 * @returns how many times Postgres was asked, and how many requests were answered with the rows.
 */
export const stampede = async (
  pool: Pool,
  apis: readonly DroverProcess[],
): Promise<{ requests: number; loads: number; answered: number }> => {
  const before = await allLoads(apis);
  const ask = async (n: number): Promise<number> => {
    const { url } = apis[n % apis.length] as DroverProcess;
    const answer = await fetch(url + path, { headers: { authorization: 'Bearer dev' } });
    await answer.arrayBuffer();
    return answer.status;
  };
  const asked = await inTransaction(pool, async (client) => {
    await client.query('lock table drover_views.order_details in access exclusive mode');
    const statuses = Promise.all(Array.from({ length: requests }, (_, n) => ask(n)));
    while (!(await isAwaited(pool)));
    return { statuses };
  });
  const statuses = await asked.statuses;
  return {
    requests,
    loads: (await allLoads(apis)) - before,
    answered: statuses.filter((status) => status === 200).length,
  };
};
