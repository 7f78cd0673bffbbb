import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { judge } from './checks/all.ts';
import type { Verdict } from './checks/promise.ts';
import { runLoad } from './client/load.ts';
import { type PlannedRequest, planProbes, planRequests } from './client/plan.ts';
import { readJobs } from './evidence/api-jobs.ts';
import { readDeadLetters } from './evidence/dead-letters.ts';
import { acceptedIds, type Evidence, gatherEvidence } from './evidence/evidence.ts';
import { readHistory } from './evidence/history.ts';
import { settle } from './evidence/settle.ts';
import { type Inspector, inspectRedis } from './evidence/stored-jobs.ts';
import { runCampaign } from './injection/campaign.ts';
import { type Ledger, openLedger, readLedger } from './ledger/ledger.ts';
import { type Fleet, startFleet } from './processes/fleet.ts';
import type { Role } from './processes/member.ts';
import {
  type MortalRedis,
  type StoppablePostgres,
  startMortalRedis,
  startStoppablePostgres,
} from './processes/store.ts';
import { createRandom, type Random } from './random.ts';
import { describeRun } from './report.ts';

export interface FaultsOptions {
  /** Decides what is submitted, and which faults happen in which order. */
  seed: string;
  /** How many jobs are submitted. */
  jobs: number;
  /** How many of them a second. */
  rate: number;
  /** How many processes of each role. */
  sizes: Readonly<Record<Role, number>>;
  /** Milliseconds from one fault to the next, at least and at most. */
  gapMs: readonly [min: number, max: number];
  /** How long Postgres is away when it is stopped, in milliseconds. */
  postgresDownMs: readonly [min: number, max: number];
  /** A new folder for the ledger, the logs and the data of the stores. */
  folder: string;
  /** Hears what is going on. */
  say?: (text: string) => void;
}

export interface FaultsOutcome {
  readonly verdicts: readonly Verdict[];
  readonly hasFailed: boolean;
  /** For people: counts, faults, promises. */
  readonly report: string;
}

interface Setting {
  options: FaultsOptions;
  random: Random;
  requests: readonly PlannedRequest[];
  ledger: Ledger;
  fleet: Fleet;
  redis: MortalRedis;
  postgres: StoppablePostgres;
  inspector: Inspector;
}

/** Submits everything while things break, until all is accepted and whole again. */
const loadUnderFaults = async (setting: Setting) => {
  const { options, random, requests, ledger, fleet, redis, postgres } = setting;
  const { postgresDownMs } = options;
  const submitted = new AbortController();
  const settled = new AbortController();
  const campaign = runCampaign({
    world: { fleet, redis, postgres, postgresDownMs },
    random: random.fork('faults'),
    ledger,
    gapMs: options.gapMs,
    over: submitted.signal,
  });
  const { followers } = await runLoad({
    requests,
    apis: fleet.apis.map(({ url }) => url),
    random: random.fork('client'),
    ledger,
    rate: options.rate,
    over: settled.signal,
  });
  submitted.abort();
  await campaign;
  await fleet.ready();
  return { followers, endFollowing: () => settled.abort() };
};

/** A process that has seen the worst must be of use again within this time, in milliseconds. */
const resumeMs = 15_000;

/** Asks each API for jobs, all on its own. @returns what was asked for. */
const probe = async ({ options, random, fleet, ledger }: Setting): Promise<PlannedRequest[]> => {
  let next = options.jobs;
  const asked = await Promise.all(
    fleet.apis.map(async ({ url }) => {
      const requests = planProbes(next);
      next += requests.length;
      const over = AbortSignal.timeout(resumeMs);
      const own = random.fork(`probe ${url}`);
      await runLoad({ requests, apis: [url], random: own, ledger, rate: options.rate, over });
      return requests;
    }),
  );
  return asked.flat();
};

const collect = async (setting: Setting, ledgerPath: string): Promise<Evidence> => {
  const { requests, fleet, inspector, postgres } = setting;
  const api = fleet.apis[0]?.url ?? '';
  const stored = await inspector.readAll();
  const accepted = acceptedIds(await readLedger(ledgerPath));
  const ids = new Set([
    ...stored.map(({ id }) => id),
    ...[...accepted.values()].flatMap((it) => [...it]),
  ]);
  const shown = await readJobs(api, ids);
  const failed = [...shown.values()].filter(({ status }) => status === 'failed');
  const deadLetters = await readDeadLetters(
    api,
    failed.map(({ id }) => id),
  );
  const history = await readHistory(postgres.url, [...shown.values()]);
  const entries = await readLedger(ledgerPath);
  return gatherEvidence({ requests, entries, stored, shown, deadLetters, history });
};

/**
 * Runs a Drover of real processes on a Redis of its own, submits jobs of every kind, breaks everything
 * again and again, waits until all has settled, and holds what happened against what is promised.
 */
export const runFaults = async (options: FaultsOptions): Promise<FaultsOutcome> => {
  const { folder, say = () => undefined } = options;
  const ownDelay = monitorEventLoopDelay({ resolution: 10 });
  ownDelay.enable();
  const ledgerPath = join(folder, 'ledger.jsonl');
  const ledger = openLedger(ledgerPath);
  const random = createRandom(options.seed);
  const requests = planRequests(random.fork('requests'), options.jobs);

  await using redis = await startMortalRedis(join(folder, 'redis'));
  await using postgres = await startStoppablePostgres(join(folder, 'postgres'));
  await using fleet = await startFleet({
    sizes: options.sizes,
    redisUrl: redis.url,
    databaseUrl: postgres.url,
    folder,
    ledgerPath,
    ledger,
  });
  await fleet.ready();
  say(`${fleet.members.length} processes are ready: submitting ${options.jobs} jobs`);
  using inspector = inspectRedis(redis.url);
  const setting = { options, random, requests, ledger, fleet, redis, postgres, inspector };

  const { followers, endFollowing } = await loadUnderFaults(setting);
  const probes = await probe(setting);
  say('all is accepted, and nothing is being broken any more: waiting for the last job to end');
  await settle(inspector);
  endFollowing();
  await followers;
  say('holding the outcome against the promises');
  const asked = [...requests, ...probes];
  const evidence = await collect({ ...setting, requests: asked }, ledgerPath);
  const verdicts = judge(evidence);
  await writeFile(join(folder, 'verdicts.json'), JSON.stringify(verdicts, null, 2));
  return {
    verdicts,
    hasFailed: verdicts.some(({ breaches }) => breaches !== undefined && breaches.length > 0),
    report: describeRun(evidence, verdicts, {
      ownDelayMs: Math.round(ownDelay.percentile(99) / 1e6),
    }),
  };
};
