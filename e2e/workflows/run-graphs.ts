import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowResource } from '../../packages/jobs/src/contract/workflow.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createRedis } from '../../packages/shared/src/redis/connections.ts';
import { isPassing, pauseMs, send } from '../faults/client/http.ts';
import { openLedger, readLedger } from '../faults/ledger/ledger.ts';
import { type Fleet, keyPrefix, startFleet } from '../faults/processes/fleet.ts';
import type { Role } from '../faults/processes/member.ts';
import { startMortalRedis } from '../faults/processes/store.ts';
import { createRandom, type Random } from '../faults/random.ts';
import { byJob, faultsOf } from './check.ts';
import { bySource, type DueEvent, dueEvents, isTold, webhookFaults } from './check-webhooks.ts';
import { type RandomGraph, randomGraphs } from './graphs.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export interface GraphRun {
  /** Decides the graphs and which process is killed when. */
  seed: number;
  graphs: number;
  /** Graphs that are submitted a second. */
  rate: number;
  sizes: Readonly<Record<Role, number>>;
  /** Milliseconds from one kill to the next, at least and at most. */
  gapMs: readonly [min: number, max: number];
  databaseUrl: string;
  folder: string;
}

/** What became of a run. */
export interface GraphReport {
  /** Everything that was wrong, a line each. */
  faults: readonly string[];
  workflows: number;
  /** Events that were to be told. */
  events: number;
  kills: number;
  byStatus: Readonly<Record<string, number>>;
}

interface Followed {
  id: string;
  wasCanceled: boolean;
}

const pollMs = 250;

/** Longest time from the last kill until every workflow has ended and was told of, in milliseconds. */
const settleMs = 120_000;

/** Sends it until somebody answers; the key keeps it from being done twice. */
const persist = async (
  fleet: Fleet,
  random: Random,
  ask: (url: string) => ReturnType<typeof send>,
) => {
  for (;;) {
    const answer = await ask(random.pick(fleet.apis)?.url ?? '');
    if (answer && !isPassing(answer)) return answer;
    await sleep(Math.min(500, pauseMs(answer)));
  }
};

const submit = async (fleet: Fleet, random: Random, graph: RandomGraph): Promise<Followed> => {
  const key = randomUUID();
  const answer = await persist(fleet, random, (url) =>
    send('POST', `${url}/workflows`, { body: graph.body, key }),
  );
  const { id } = answer.body as WorkflowResource;
  if (answer.status > 202) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
  if (graph.cancelAfterMs === undefined) return { id, wasCanceled: false };
  await sleep(graph.cancelAfterMs);
  await persist(fleet, random, (url) => send('DELETE', `${url}/workflows/${id}`));
  return { id, wasCanceled: true };
};

const untilEnded = async (
  fleet: Fleet,
  random: Random,
  { id }: Followed,
  limit: AbortSignal,
): Promise<WorkflowResource> => {
  for (;;) {
    const { status, body } = await persist(fleet, random, (url) =>
      send('GET', `${url}/workflows/${id}`),
    );
    const workflow = body as WorkflowResource;
    if (status === 200 && (workflow.status !== 'running' || limit.aborted)) return workflow;
    if (status !== 200 && limit.aborted) throw new Error(`${id}: ${status}`);
    await sleep(pollMs);
  }
};

/** What was told, once the receiver has taken all that is due, or when the time is up. */
const untilTold = async (
  { told }: Receiver,
  due: readonly DueEvent[],
  limit: AbortSignal,
): Promise<ReturnType<typeof bySource>> => {
  for (;;) {
    const known = bySource(told);
    if (limit.aborted || due.every((event) => isTold(event, known))) return known;
    await sleep(pollMs);
  }
};

/** Kills one process after the other, until it is over. */
const killAtRandom = async (
  fleet: Fleet,
  random: Random,
  gapMs: GraphRun['gapMs'],
  over: AbortSignal,
): Promise<number> => {
  let kills = 0;
  while (!over.aborted) {
    await sleep(random.int(...gapMs));
    await random.pick(fleet.members)?.end('SIGKILL');
    kills += 1;
  }
  return kills;
};

/** How many steps each step of a workflow still waits for. */
const readLeft = async (redisUrl: string, workflows: readonly WorkflowResource[]) => {
  const redis = createRedis({ url: redisUrl, purpose: 'worker', name: 'check', log: silentLog() });
  const keys = createKeys(keyPrefix);
  try {
    return await Promise.all(
      workflows.map(async ({ id, steps }) => {
        const partition = Number(id.split('.')[1]);
        const hash = await redis.hgetall(keys.inQueue('workflow', partition, id));
        const left = Object.keys(steps).map((name, n) => [name, Number(hash[`l:${n}`])] as const);
        return Object.fromEntries(left);
      }),
    );
  } finally {
    redis.disconnect();
  }
};

/**
 * Submits random graphs to a Drover of which one process after the other is killed, and checks each:
 * it reaches one terminal status, its steps ran and were settled as they should, in their order, and
 * whoever is to be told of it is.
 */
export const runGraphs = async (run: GraphRun): Promise<GraphReport> => {
  const { seed, graphs, rate, sizes, gapMs, databaseUrl, folder } = run;
  const random = createRandom(String(seed));
  const ledgerPath = join(folder, 'ledger.jsonl');
  await mkdir(folder, { recursive: true });
  const ledger = openLedger(ledgerPath);
  await using redis = await startMortalRedis(join(folder, 'redis'));
  const places = { redisUrl: redis.url, databaseUrl, folder, ledgerPath, ledger };
  await using receiver = await startReceiver(random.fork('receiver'));
  const env = { EGRESS_ALLOW: '127.0.0.1' };
  await using fleet = await startFleet({ sizes, ...places, env });
  await fleet.ready();

  const over = new AbortController();
  const killing = killAtRandom(fleet, random.fork('kills'), gapMs, over.signal);
  const chance = random.fork('client');
  const drawn = randomGraphs(seed, graphs, receiver.url);
  const submitting = drawn.map(async (graph, n) => {
    await sleep((n * 1_000) / rate);
    return submit(fleet, chance, graph);
  });
  const followed = await Promise.all(submitting);
  over.abort();
  const kills = await killing;

  const limit = AbortSignal.timeout(settleMs);
  const workflows = await Promise.all(followed.map((it) => untilEnded(fleet, chance, it, limit)));
  const left = await readLeft(redis.url, workflows);
  const jobs = byJob(await readLedger(ledgerPath));
  const due = workflows.flatMap((workflow, n) => dueEvents(workflow, drawn[n] as RandomGraph));
  const told = await untilTold(receiver, due, limit);
  const faults = workflows.flatMap((workflow, n) => {
    const { wasCanceled = false } = followed[n] ?? {};
    return faultsOf(workflow, jobs, { left: left[n] ?? {}, wasCanceled });
  });
  const byStatus = Object.fromEntries(
    [...Map.groupBy(workflows, ({ status }) => status)].map(([status, some]) => [
      status,
      some.length,
    ]),
  );
  return {
    faults: [...faults, ...webhookFaults(due, told)],
    workflows: workflows.length,
    events: due.length,
    kills,
    byStatus,
  };
};
