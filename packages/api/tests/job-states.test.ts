import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, ended } from './workflow-fixtures.ts';

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

/** A workflow of a job that another one waits for. */
const submitBlocked = async ({
  first = {},
  last = {},
  ...more
}: {
  first?: object;
  last?: object;
  expiresIn?: number;
} = {}): Promise<{ workflow: string; child: string; parent: string }> => {
  const steps = { child: echo(first), parent: { ...echo(last), needs: ['child'] } };
  const { id, steps: made } = await accepted(api, { steps, ...more });
  return { workflow: id, child: made['child']?.job ?? '', parent: made['parent']?.job ?? '' };
};

/** The blocked job of a workflow that has ended before it could run, and is to run after all. */
const blockedAgain = async (how: 'canceled' | 'expired'): Promise<void> => {
  const worker = await startWorkerOf(api);
  const first = { delay: '1h' };
  const expires = how === 'expired' ? soon : {};
  const { workflow, parent } = await submitBlocked({ first, ...expires });
  if (how === 'canceled') await api.ask(`/workflows/${workflow}`, { method: 'DELETE' });
  const { error, steps } = await ended(api, { id: workflow });
  await worker[Symbol.asyncDispose]();
  // Which of the two was late and which was canceled for it, nobody knows: this one is either.
  expect(['canceled', how]).toContain(await statusOf(parent));
  expect((await retry(steps[error?.step ?? 'parent']?.job ?? '')).status).toBe(202);
  expect(await statusOf(parent)).toBe('blocked');
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
    async () => (await submitBlocked({ ...soon })).parent,
    'blocked',
    'expired',
  ),

  'blocked --> scheduled': async () => {
    const { child, parent } = await submitBlocked({ last: { delay: '1h' } });
    await using _worker = await startWorkerOf(api);
    await becomes(child, 'succeeded');
    await becomes(parent, 'scheduled');
  },

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
  'canceled --> blocked': () => blockedAgain('canceled'),
  'expired --> queued': async () => {
    const id = await submit(echo(soon));
    await becomes(id, 'expired');
    await retry(id);
    expect(await statusOf(id)).toBe('queued');
  },
  'expired --> blocked': () => blockedAgain('expired'),
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
