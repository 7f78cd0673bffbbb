import { randomUUID } from 'node:crypto';
import { Client } from 'undici';
import { percentile } from '../../percentiles.ts';
import { type Answer, bodyOf, exchange } from './exchange.ts';
import type { Outcome, Requests, Run } from './run.ts';

/** Hands out the requests of a run, one after the other, until it is over. */
const requestsOf = ({ requests, until }: Run) => {
  const { method, paths, headers, body, freshKeys = false } = requests;
  const end = performance.now() + (until.ms ?? Number.POSITIVE_INFINITY);
  const count = until.count ?? Number.POSITIVE_INFINITY;
  const fixedHeaders = Object.entries(headers).flat();
  let sent = 0;
  return () => {
    if (sent >= count || performance.now() >= end) return undefined;
    const path = paths[sent % paths.length] ?? '/';
    sent += 1;
    return {
      path,
      method,
      headers: freshKeys ? [...fixedHeaders, 'idempotency-key', randomUUID()] : fixedHeaders,
      body: body ?? null,
    };
  };
};

/** @throws Error when it is not the answer that was asked for. */
const expectStatus = (answer: Answer, { method, origin, status }: Requests, path: string) => {
  if (answer.status === status) return;
  const body = bodyOf(answer).slice(0, 1_000);
  throw new Error(
    `${method} ${origin}${path} was answered ${answer.status}, not ${status}: ${body}`,
  );
};

/**
 * Makes the load of a run.
 * @throws Error on the first answer of another status, and when a connection breaks.
 */
export const makeLoad = async (run: Run): Promise<Outcome> => {
  const { requests, connections } = run;
  const clients = Array.from({ length: connections }, () => new Client(requests.origin));
  const latenciesMs: number[] = [];
  let sample: Answer | undefined;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const next = requestsOf(run);

  const drive = async (client: Client) => {
    for (let request = next(); request; request = next()) {
      const sentAt = performance.now();
      const answer = await exchange(client, request);
      latenciesMs.push(performance.now() - sentAt);
      expectStatus(answer, requests, request.path);
      sample ??= answer;
    }
  };
  try {
    await Promise.all(clients.map(drive));
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }

  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    answers: latenciesMs.length,
    seconds,
    latencyMs: { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) },
    cpuSeconds: (user + system) / 1e6,
    sample: { headers: sample?.headers ?? {}, body: sample ? bodyOf(sample) : '' },
  };
};
