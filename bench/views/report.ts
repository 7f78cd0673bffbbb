import { type Machine, machineLine } from '../machine.ts';
import { table, verdict } from '../table.ts';
import type { Samples } from './samples.ts';

/** What is promised: how many times faster than the query, and how much slower at most. */
export const targets = {
  viewFaster: 100,
  cacheFaster: 500,
  refreshingP99: 2,
  incremental: 0.1,
  loads: 1,
} as const;

export interface Results {
  readonly seedMs: number;
  readonly reads: Readonly<Record<'raw' | 'view' | 'cache' | 'http', Samples>>;
  /** Who missed one page at once, at three API processes, and how often it was loaded. */
  readonly rush: { readonly requests: number; readonly answered: number; readonly loads: number };
  readonly during: Readonly<Record<'quiet' | 'refreshing', Samples>>;
  readonly refresh: {
    /** Rows that were changed before each. */
    readonly changed: number;
    readonly incrementalMs: number;
    readonly fullMs: number;
  };
  readonly machine: Machine;
}

export const toJson = ({ seedMs, reads, rush, during, refresh, machine }: Results) => {
  const ratios = {
    viewFaster: reads.raw.p50 / reads.view.p50,
    cacheFaster: reads.raw.p50 / reads.cache.p50,
    refreshingP99: during.refreshing.p99 / during.quiet.p99,
    incremental: refresh.incrementalMs / refresh.fullMs,
  };
  return {
    units: { time: 'ms' },
    machine,
    seedMs,
    reads,
    rush,
    during,
    refresh,
    ratios,
    targets,
    met: {
      viewFaster: ratios.viewFaster >= targets.viewFaster,
      cacheFaster: ratios.cacheFaster >= targets.cacheFaster,
      refreshingP99: ratios.refreshingP99 <= targets.refreshingP99,
      incremental: ratios.incremental <= targets.incremental,
      loads: rush.loads === targets.loads && rush.answered === rush.requests,
    },
  };
};

const ms = (value: number) => value.toFixed(value < 1 ? 4 : 1);

const rowOf = (what: string, { count, p50, p99 }: Samples) =>
  [`  ${what}`, String(count), ms(p50), ms(p99)] as const;

/** The same for people. */
export const toText = (results: Results): string => {
  const { reads, rush, during, refresh, ratios, met, seedMs } = toJson(results);
  return [
    table([
      ['100 rows of sales by region, of 1 000 000 orders', 'reads', 'p50, ms', 'p99, ms'],
      rowOf('the query itself', reads.raw),
      rowOf('from the view', reads.view),
      rowOf('from the cache', reads.cache),
      rowOf('over HTTP, from the cache', reads.http),
      rowOf('from the view, quiet', during.quiet),
      rowOf('from the view, while it is refreshed', during.refreshing),
    ]),
    '',
    `raw : view, p50, at least ${targets.viewFaster}: ${ratios.viewFaster.toFixed(0)}, ${verdict(met.viewFaster)}`,
    `raw : cache, p50, at least ${targets.cacheFaster}: ${ratios.cacheFaster.toFixed(0)}, ${verdict(met.cacheFaster)}`,
    `loads for ${rush.requests} misses of one page at once, at three API processes, ${targets.loads} (${rush.answered} answered): ${rush.loads}, ${verdict(met.loads)}`,
    `readers’ p99 while it is refreshed, of the quiet p99, at most ${targets.refreshingP99}: ${ratios.refreshingP99.toFixed(2)}, ${verdict(met.refreshingP99)}`,
    `incremental refresh after ${refresh.changed} changed rows, of a full one (${ms(refresh.incrementalMs)} : ${ms(refresh.fullMs)} ms), at most ${targets.incremental}: ${ratios.incremental.toFixed(3)}, ${verdict(met.incremental)}`,
    '',
    `Seeding took ${(seedMs / 1_000).toFixed(1)} s.`,
    machineLine(results.machine),
  ].join('\n');
};
