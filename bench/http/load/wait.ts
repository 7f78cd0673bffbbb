import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { type Answer, bodyOf, exchange } from './exchange.ts';

/** Requests that wait for jobs to finish, all at once, each on a connection of its own. */
export interface Wait {
  readonly origin: string;
  /** One request for each job. */
  readonly ids: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

export interface Waited {
  /** From a job's `finishedAt` to the whole answer, in milliseconds of the machine's clock. */
  readonly latenciesMs: readonly number[];
  /** Why the others have no finished job: at most {@link maxFailures} reasons. */
  readonly failures: readonly string[];
  readonly failed: number;
}

const maxFailures = 3;

/** Requests sent at once and the rest after them: as many as a server's backlog surely takes. */
const burst = 100;
const restMs = 20;

/** How long after the job's end the answer came. @throws Error when it shows no finished job. */
const latencyOf = (answer: Answer): number => {
  const now = Date.now();
  const body = bodyOf(answer);
  const { finishedAt } = answer.status === 200 ? JSON.parse(body) : {};
  if (typeof finishedAt === 'string') return now - Date.parse(finishedAt);
  throw new Error(`answered ${answer.status}: ${body.slice(0, 500)}`);
};

/** A latency, or the reason why there is none. */
type Ended = number | string;

const summarize = (ended: readonly Ended[]): Waited => {
  const failures = ended.filter((it) => typeof it === 'string');
  return {
    latenciesMs: ended.filter((it) => typeof it === 'number'),
    failures: failures.slice(0, maxFailures),
    failed: failures.length,
  };
};

/** Sends all requests; resolves when they are on their way. `over` resolves with what came of them. */
export const startWaiting = async ({
  origin,
  ids,
  headers,
}: Wait): Promise<{ over: Promise<Waited> }> => {
  const clients = ids.map(() => new Client(origin, { headersTimeout: 0, bodyTimeout: 0 }));
  const requests: Promise<Ended>[] = [];
  for (const [index, client] of clients.entries()) {
    const request = { path: `/jobs/${ids[index]}`, method: 'GET' as const, headers };
    requests.push(exchange(client, request).then(latencyOf).catch(String));
    if (index % burst === burst - 1) await sleep(restMs);
  }
  const over = Promise.all(requests).then(async (ended) => {
    await Promise.all(clients.map((client) => client.destroy()));
    return summarize(ended);
  });
  return { over };
};
