import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowProducer } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

// Each transition of docs/explanation/job-states.md has a scenario here, and each scenario is drawn there.
const page = readFileSync(
  resolve(import.meta.dirname, '../../../docs/explanation/job-states.md'),
  'utf8',
);

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = (options = {}) => ({ type: 'demo.echo', payload: { value: 1 }, options });
const fail = (options = {}) => ({ type: 'demo.fail', payload: { failures: 99 }, options });
const sleep = { type: 'demo.sleep', payload: { ms: 60_000, steps: 600 } };
const soon = { expiresIn: 400 };

const submit = async (body: object): Promise<string> => (await api.submit(body)).body.id;
const statusOf = async (id: string): Promise<string> => (await api.ask(`/jobs/${id}`)).body.status;
const cancel = (id: string) => api.ask(`/jobs/${id}`, { method: 'DELETE' });
const retry = (id: string) => api.ask(`/jobs/${id}/retry`, { method: 'POST' });
const becomes = async (id: string, status: string) => {
  await expect.poll(() => statusOf(id), { timeout: 15_000, interval: 20 }).toBe(status);
};

/** A job that waits for another one, as a step of a workflow does. */
const submitBlocked = async (options: object = {}): Promise<{ parent: string; child: string }> => {
  const { queues } = api;
  const parent = await submit(echo(options));
  const child = await submit(echo());
  const stored = await queues.get('demo', 0).getJob(parent);
  for (const id of [parent, child]) await queues.get('demo', 0).remove(id);
  const prefix = queues.keys.partition(0);
  const flow = new FlowProducer({ connection: queues.redis, prefix });
  const node = (id: string) => ({
    name: 'demo.echo',
    queueName: 'demo',
    data: stored?.data,
    opts: { jobId: id, priority: 5, attempts: 1 },
  });
  await flow.add({ ...node(parent), children: [node(child)] });
  await flow.close();
  return { parent, child };
};

type Scenario = () => Promise<void>;

const withdrawn =
  (make: () => Promise<string>, from: string, to: 'canceled' | 'expired') => async () => {
    const id = await make();
    expect(await statusOf(id)).toBe(from);
    if (to === 'canceled') await cancel(id);
    await becomes(id, to);
  };

const scenarios: Record<string, Scenario> = {
  '[*] --> queued': async () => expect(await statusOf(await submit(echo()))).toBe('queued'),
  '[*] --> scheduled': async () =>
    expect(await statusOf(await submit(echo({ delay: '1h' })))).toBe('scheduled'),
  '[*] --> blocked': async () =>
    expect(await statusOf((await submitBlocked()).parent)).toBe('blocked'),

  'scheduled --> queued': async () => {
    await api.queues.get('demo', 0).pause();
    const id = await submit(echo({ delay: 100 }));
    await using _worker = await startWorkerOf(api);
    await becomes(id, 'queued');
    await api.queues.get('demo', 0).resume();
  },
  'scheduled --> canceled': withdrawn(() => submit(echo({ delay: '1h' })), 'scheduled', 'canceled'),
  'scheduled --> expired': withdrawn(
    () => submit(echo({ delay: 300, ...soon })),
    'scheduled',
    'expired',
  ),

  'blocked --> queued': async () => {
    const { parent, child } = await submitBlocked();
    await using _worker = await startWorkerOf(api);
    await becomes(child, 'succeeded');
    await becomes(parent, 'succeeded');
  },
  'blocked --> canceled': withdrawn(
    async () => (await submitBlocked()).parent,
    'blocked',
    'canceled',
  ),
  'blocked --> expired': withdrawn(
    async () => (await submitBlocked(soon)).parent,
    'blocked',
    'expired',
  ),

  'queued --> running': async () => {
    const id = await submit(sleep);
    await using _worker = await startWorkerOf(api);
    await becomes(id, 'running');
    await cancel(id);
    await becomes(id, 'canceled');
  },
  'queued --> canceled': withdrawn(() => submit(echo()), 'queued', 'canceled'),
  'queued --> expired': withdrawn(() => submit(echo(soon)), 'queued', 'expired'),

  'running --> succeeded': async () => {
    await using _worker = await startWorkerOf(api);
    await becomes(await submit(echo()), 'succeeded');
  },
  'running --> retrying': async () => {
    await using _worker = await startWorkerOf(api);
    await becomes(await submit(fail({ backoff: { delay: '1h' } })), 'retrying');
  },
  'running --> failed': async () => {
    await using _worker = await startWorkerOf(api);
    await becomes(await submit(fail({ attempts: 1 })), 'failed');
  },
  'running --> canceled': async () => {
    await using _worker = await startWorkerOf(api);
    const id = await submit(sleep);
    await becomes(id, 'running');
    expect((await cancel(id)).status).toBe(202);
    await becomes(id, 'canceled');
  },
  'running --> queued': async () => {
    const id = await submit(sleep);
    const worker = await startWorkerOf(api);
    await becomes(id, 'running');
    await worker[Symbol.asyncDispose]();
    expect(await statusOf(id)).toBe('queued');
    await cancel(id);
  },

  'retrying --> queued': async () => {
    const options = { attempts: 2, backoff: { kind: 'fixed', delay: 500, jitter: 0 } };
    const worker = await startWorkerOf(api);
    const id = await submit(fail(options));
    await becomes(id, 'retrying');
    await api.queues.get('demo', 0).pause();
    await becomes(id, 'queued');
    await worker[Symbol.asyncDispose]();
    await api.queues.get('demo', 0).resume();
  },
  'retrying --> canceled': async () => {
    await using _worker = await startWorkerOf(api);
    const id = await submit(fail({ backoff: { delay: '1h' } }));
    await becomes(id, 'retrying');
    expect((await cancel(id)).status).toBe(200);
    expect(await statusOf(id)).toBe('canceled');
  },

  'failed --> queued': async () => {
    const worker = await startWorkerOf(api);
    const id = await submit(fail({ attempts: 1 }));
    await becomes(id, 'failed');
    await worker[Symbol.asyncDispose]();
    await retry(id);
    expect(await statusOf(id)).toBe('queued');
  },
  'canceled --> queued': async () => {
    const id = await submit(echo());
    await cancel(id);
    await retry(id);
    expect(await statusOf(id)).toBe('queued');
  },
  'expired --> queued': async () => {
    const id = await submit(echo(soon));
    await becomes(id, 'expired');
    await retry(id);
    expect(await statusOf(id)).toBe('queued');
  },
};

const endings = ['succeeded', 'failed', 'canceled', 'expired'].map((status) => `${status} --> [*]`);

describe('the states of a job', () => {
  test.each(Object.entries(scenarios))('%s', (_transition, scenario) => scenario());

  test('the drawing shows these transitions and no others', () => {
    const drawn = [...page.matchAll(/^ {2}(\S+ --> \S+)$/gm)].map(([, arrow]) => arrow);
    expect(drawn).toEqual([...Object.keys(scenarios), ...endings]);
  });

  test('the table explains them, in the same order', () => {
    const rows = [...page.matchAll(/^\| `?\(?(\w+)\)?`? +\| `(\w+)` +\|/gm)];
    const explained = rows.map(([, from, to]) => `${from === 'new' ? '[*]' : from} --> ${to}`);
    expect(explained).toEqual(Object.keys(scenarios));
  });
});
