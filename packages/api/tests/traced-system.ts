import { setTimeout as sleep } from 'node:timers/promises';
import { jobTypes } from '@drover/jobs/catalog';
import { defineJob } from '@drover/jobs/definition/define-job';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack } from '@drover/shared/lifecycle/stack';
import { createLog } from '@drover/shared/log';
import { z } from 'zod';
import { freePort } from '../../../scripts/stack/ports.ts';
import { testConfig } from '../../../tests/servers/configuration.ts';
import { composeWorker } from '../../worker/src/app.ts';
import { type Arrived, startSite } from '../../worker/tests/web-site.ts';
import { composeApi } from '../src/app.ts';

/** How soon an API that is overloaded is asked again, in milliseconds. */
const busyMs = 250;

/** A job whose handler submits another. */
const relay = defineJob({
  type: 'test.relay',
  queue: 'demo',
  summary: 'For a test.',
  payload: z.object({ job: z.object({ type: z.string(), payload: z.unknown() }) }),
  result: z.object({ id: z.string() }),
  run: async ({ payload, submit }) => ({ id: (await submit(payload.job)).id }),
});

/** An API and a worker, whose logs are kept, and a site that gets requests and webhooks. */
export interface TracedSystem extends AsyncDisposable {
  /** Of the site. */
  readonly url: string;
  readonly arrived: readonly Arrived[];
  readonly lines: readonly Record<string, unknown>[];
  /** Posts to the API. @returns the body of the answer. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<{ id: string }>;
  read(path: string): Promise<{ status: string }>;
}

export const startTracedSystem = async (
  environment: Record<string, string> = {},
): Promise<TracedSystem> => {
  const site = await startSite();
  const [api, worker] = [await freePort(), await freePort()];
  const config = testConfig({
    PORT: String(api),
    WORKER_PORT: String(worker),
    EGRESS_ALLOW: '127.0.0.1',
    ...environment,
  });
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const log = await createLog('test', { level: 'debug', format: 'json' }, stream);
  const types = [...jobTypes, relay];
  const stacks = [composeApi(config, log, types), composeWorker(config, log, types)].map(
    (components) => createStack(components, log),
  );
  for (const stack of stacks) await stack.start();

  const headers = { authorization: 'Bearer dev', 'content-type': 'application/json' };
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${api}${path}`, {
      ...init,
      headers: { ...headers, ...init.headers },
    });
    if (answer.ok) return answer.json();
    // The machine is busy, and the API says so: as clients should, we come again.
    if (answer.status !== 503) throw new Error(await answer.text());
    await answer.body?.cancel();
    await sleep(busyMs);
    return ask(path, init);
  };

  return {
    url: site.url,
    arrived: site.arrived,
    lines,
    post: (path, body, headers = {}) =>
      ask(path, { method: 'POST', body: JSON.stringify(body), headers }) as Promise<{ id: string }>,
    read: (path) => ask(path) as Promise<{ status: string }>,
    [Symbol.asyncDispose]: async () => {
      for (const stack of stacks.toReversed()) await stack.stop(deadlineIn(8_000));
      await site[Symbol.asyncDispose]();
    },
  };
};
