import { setTimeout as sleep } from 'node:timers/promises';
import { startRole } from '../drover.ts';
import { percentile } from '../percentiles.ts';
import { forAWhile, type Resources, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { type Generator, startGenerator } from './load/start-generator.ts';
import type { Waited } from './load/wait.ts';
import { submitSleeps } from './submit-sleeps.ts';
import { tenantEnv, tenantHeaders } from './tenant.ts';

/** Jobs that the worker runs at once. */
const concurrency = 1_000;

/** From the last request to the start of the worker: by then the API holds them all. */
const settleMs = 1_000;

interface Crowd {
  readonly waiters: number;
  /** How long the job of each waiter runs, in milliseconds. */
  readonly sleepMs: (index: number) => number;
}

/** A thousand jobs that start together and end over five seconds; then jobs in five waves. */
const crowds: readonly Crowd[] = [
  { waiters: 1_000, sleepMs: (index) => 2_000 + 5 * index },
  { waiters: 5_000, sleepMs: (index) => 500 + ((index * 7_919) % 3_000) },
];

export interface CrowdFigures {
  readonly waiters: number;
  readonly answered: number;
  readonly failed: number;
  readonly failures: readonly string[];
  /** From the end of the job to the waiter's answer. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

const figuresOf = (waiters: number, { latenciesMs, failed, failures }: Waited): CrowdFigures => ({
  waiters,
  answered: latenciesMs.length,
  failed,
  failures,
  latencyMs: {
    p50: percentile(latenciesMs, 0.5),
    p99: percentile(latenciesMs, 0.99),
    max: percentile(latenciesMs, 1),
  },
});

/** Has everyone wait before the first job starts: the worker is started after them. */
const measureCrowd = async (
  resources: Resources,
  servers: Servers,
  generator: Generator,
  { waiters, sleepMs }: Crowd,
): Promise<CrowdFigures> => {
  say(`${waiters} waiters…`);
  const env = { ...tenantEnv, CONCURRENCY: `demo=${concurrency}` };
  const { url } = await startRole('api', resources, servers, { env });
  const ids = await submitSleeps(
    url,
    Array.from({ length: waiters }, (_, index) => sleepMs(index)),
  );
  const headers = { ...tenantHeaders, prefer: 'wait=60' };
  await generator.wait({ origin: url, ids, headers });
  await sleep(settleMs);
  await startRole('worker', resources, servers, { env });
  return figuresOf(waiters, await generator.waited());
};

export const measureWaiters = async (resources: Resources): Promise<readonly CrowdFigures[]> => {
  const servers = await startServers(resources);
  const generator = await startGenerator(resources);
  const figures: CrowdFigures[] = [];
  for (const crowd of crowds) {
    const measure = (own: Resources) => measureCrowd(own, servers, generator, crowd);
    figures.push(await forAWhile(resources, measure));
  }
  return figures;
};
