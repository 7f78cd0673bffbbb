import { hash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { examineDrover } from '../../packages/scheduler/src/doctor/doctor.ts';
import { examineConfig } from '../../packages/shared/src/config.ts';
import { parseJobId } from '../../packages/shared/src/job-id.ts';
import { createKeys, type Keys } from '../../packages/shared/src/keys.ts';
import { randomPrefix } from '../../tests/servers/configuration.ts';
import {
  type ClusterNode,
  type OwnRedisCluster,
  startOwnRedisCluster,
} from '../../tests/servers/own-redis-cluster.ts';
import {
  type Body,
  type RunningProcess,
  type RunningSystem,
  startSystem,
} from './running-system.ts';

const partitions = 4;
const throttledKey = 'throttled';
const patience = { timeout: 60_000, interval: 100 };

let cluster: OwnRedisCluster;
let keys: Keys;
let system: RunningSystem;
let processes: readonly RunningProcess[];

/** A prefix whose partitions are not all on one node. */
const spreadPrefix = async (): Promise<string> => {
  for (;;) {
    const prefix = randomPrefix();
    const { partition } = createKeys(prefix);
    const nodes = new Set<ClusterNode>();
    for (let n = 0; n < partitions; n += 1) nodes.add(await cluster.primaryOf(partition(n)));
    if (nodes.size > 1) return prefix;
  }
};

beforeAll(async () => {
  cluster = await startOwnRedisCluster({ replicas: true });
  const prefix = await spreadPrefix();
  keys = createKeys(prefix);
  const throttled = {
    hash: hash('sha256', throttledKey),
    tenant: 'throttled',
    roles: ['submit', 'read'],
    tier: 'free',
  };
  system = await startSystem({
    roles: [],
    env: {
      REDIS_URL: cluster.url,
      REDIS_CLUSTER: 'true',
      PARTITIONS: String(partitions),
      KEY_PREFIX: prefix,
      API_KEYS: JSON.stringify([throttled]),
      RATE_LIMITS: 'free=6/1h:fixed-window',
      EGRESS_ALLOW: '127.0.0.1',
      STARTUP_TIMEOUT: '60s',
      CONCURRENCY: 'demo=8',
    },
  });
  const roles = ['api', 'worker', 'scheduler'] as const;
  processes = await Promise.all(roles.map((role) => system.start(role)));
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

const ask = async (
  method: string,
  path: string,
  body?: unknown,
  { key = 'dev', ...headers }: Record<string, string> = {},
): Promise<Answer> => {
  const answer = await fetch(system.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json');
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
};

const echo = (value: unknown, options?: object) => ({
  type: 'demo.echo',
  payload: { value },
  ...(options && { options }),
});

const partitionOf = (id: string): number => parseJobId(id)?.partition ?? -1;

/** Jobs, one at least in each partition. */
const inAllPartitions = async (make: (n: number) => unknown): Promise<Body[]> => {
  const jobs: Body[] = [];
  while (new Set(jobs.map(({ id }) => partitionOf(id))).size < partitions) {
    const { status, body } = await ask('POST', '/jobs', make(jobs.length));
    expect(status).toBe(202);
    jobs.push(body);
  }
  return jobs;
};

test('jobs of all partitions, which several nodes hold, are done', async () => {
  const jobs = await inAllPartitions((n) => echo(n, { priority: (n % 10) + 1 }));
  for (const [n, { id }] of jobs.entries()) {
    expect(await system.until(id)).toMatchObject({ status: 'succeeded', result: { value: n } });
  }
});

test('a batch goes to all partitions, and its key stands for it', async () => {
  const jobs = { jobs: Array.from({ length: 40 }, (_, n) => echo(n)) };
  const send = () => ask('POST', '/jobs/batch', jobs, { 'idempotency-key': '"batch"' });
  const idsOf = ({ body }: Answer): string[] => body.items.map(({ job }: Body) => job.id);
  const first = await send();
  expect(first.status).toBe(202);
  expect(new Set(idsOf(first).map(partitionOf)).size).toBeGreaterThan(1);
  const again = await send();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(idsOf(again)).toEqual(idsOf(first));
  await Promise.all(idsOf(first).map((id) => system.until(id)));
});

test('keys of single jobs replay, and those to dedupe by stand for one job', async () => {
  for (let n = 0; n < 4; n += 1) {
    const send = () => ask('POST', '/jobs', echo(n), { 'idempotency-key': `"single ${n}"` });
    const first = await send();
    expect(first.status).toBe(202);
    expect((await send()).body.id).toBe(first.body.id);

    const dedupe = { dedupe: { key: `k${n}` }, delay: '1h' };
    const { body } = await ask('POST', '/jobs', echo(n, dedupe));
    const again = await ask('POST', '/jobs', echo(n, dedupe));
    expect(again.headers.get('deduplicated')).toBe('true');
    expect(again.body.id).toBe(body.id);
    expect((await ask('DELETE', `/jobs/${body.id}`)).status).toBe(200);
  }
});

/** Where the record of the key of that job is: in another slot than the job, more often than not. */
const recordOf = async (id: string) => {
  for (const node of cluster.nodes) {
    for (const key of await node.redis.keys('*:idempotency:*')) {
      // A replica refuses.
      const text = await node.redis.get(key).catch(() => null);
      if (text?.endsWith(` ${id}`)) return { node, key, text };
    }
  }
  throw new Error(`there is no record of ${id}`);
};

test('a key and a dedupe key together stand for one job, even after a crash between', async () => {
  for (let n = 0; n < 8; n += 1) {
    const job = echo(n, { dedupe: { key: `both ${n}` } });
    const send = (key: string) => ask('POST', '/jobs', job, { 'idempotency-key': `"${key}"` });
    const { status, body } = await send(`both ${n}`);
    expect(status).toBe(202);
    expect((await send(`both ${n}`)).body.id).toBe(body.id);
    await system.until(body.id);

    // As if the process had died after it had written the record, and before it added the job.
    const { node, key, text } = await recordOf(body.id);
    if (key.startsWith(keys.partition(partitionOf(body.id)))) continue;
    await node.redis.set(key, `${text} ?`, 'KEEPTTL');
    const { queue } = body;
    const jobKey = keys.inQueue(queue, partitionOf(body.id), body.id);
    await (await cluster.primaryOf(jobKey)).redis.del(jobKey);
    expect((await send(`both ${n}`)).body.id).toBe(body.id);
    expect(await system.until(body.id)).toMatchObject({ status: 'succeeded' });
    expect((await recordOf(body.id)).text).toBe(text);
  }
});

test('jobs that fail are retried, buried and redriven', async () => {
  const { body } = await ask('POST', '/jobs', {
    type: 'demo.fail',
    payload: { failures: 2 },
    options: { attempts: 2, tags: ['buried'] },
  });
  expect(await system.until(body.id)).toMatchObject({ status: 'failed', attempts: { made: 2 } });
  await vi.waitFor(async () => {
    const { body: page } = await ask('GET', '/dead-letters');
    expect(page.items.map(({ id }: Body) => id)).toContain(body.id);
  }, patience);
  expect((await ask('POST', `/dead-letters/${body.id}/redrive`)).status).toBe(202);
  expect(await system.until(body.id, 'succeeded')).toMatchObject({ result: { attempts: 3 } });
});

test('a running job is canceled, wherever it runs, and its followers hear of it', async () => {
  const jobs = await inAllPartitions(() => ({ type: 'demo.sleep', payload: { ms: 60_000 } }));
  for (const { id } of jobs) {
    await system.until(id, 'running');
    const events = fetch(`${system.url}/jobs/${id}/events`, {
      headers: { authorization: 'Bearer dev' },
    });
    expect((await ask('DELETE', `/jobs/${id}`)).status).toBe(202);
    // The stream ends with the job.
    expect(await (await events).text()).toContain('"status":"canceled"');
  }
});

test('who waits for a job is told of its end', async () => {
  const jobs = Array.from({ length: 8 }, (_, n) =>
    ask('POST', '/jobs', echo(n), { prefer: 'wait=30' }),
  );
  for (const { status, body } of await Promise.all(jobs)) {
    expect({ status, is: body.status }).toEqual({ status: 200, is: 'succeeded' });
  }
});

test('a workflow goes on from step to step, and its webhook is delivered', async () => {
  const { promise: delivered, resolve } = Promise.withResolvers<Body>();
  const receiver = createServer(async (request, response) => {
    resolve(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    response.end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const { port } = receiver.address() as AddressInfo;
  try {
    const { status, body } = await ask('POST', '/workflows', {
      chain: [echo(1), echo({ $result: 'step-1/value' }), echo({ $result: 'step-2/value' })],
      webhook: { url: `http://127.0.0.1:${port}/`, events: ['workflow.succeeded'] },
    });
    expect(status).toBe(202);
    expect(await delivered).toMatchObject({ type: 'workflow.succeeded', data: { id: body.id } });
    const { body: workflow } = await ask('GET', `/workflows/${body.id}`);
    expect(workflow.status).toBe('succeeded');
  } finally {
    receiver.close();
  }
});

test('a schedule fires', async () => {
  const put = await ask('PUT', '/schedules/often', {
    every: '1s',
    type: 'demo.echo',
    payload: { value: 'tick' },
  });
  expect(put.status).toBe(201);
  await vi.waitFor(async () => {
    const { body } = await ask('GET', '/schedules/often');
    expect(body.runs.map(({ job }: Body) => job?.status)).toContain('succeeded');
  }, patience);
  expect((await ask('DELETE', '/schedules/often')).status).toBe(204);
});

test('cached values are read, and purged by tag and by name', async () => {
  const view = () => ask('GET', '/views/sales_by_region');
  expect((await view()).status).toBe(200);
  expect((await view()).status).toBe(200);
  expect((await ask('DELETE', '/cache?tag=none')).status).toBe(204);
  expect((await ask('DELETE', '/cache/view-pages')).status).toBe(204);
  expect((await view()).status).toBe(200);
});

test('queues, workers and jobs of all partitions are told of', async () => {
  const jobs = await inAllPartitions(() => echo('listed', { tags: ['listed'] }));
  await Promise.all(jobs.map(({ id }) => system.until(id)));
  const { body: queues } = await ask('GET', '/queues');
  const demo = queues.items.find(({ name }: Body) => name === 'demo');
  expect(demo.counts.succeeded).toBeGreaterThanOrEqual(jobs.length);
  const { body: workers } = await ask('GET', '/workers');
  expect(workers.items).toHaveLength(1);
  await vi.waitFor(async () => {
    const { body } = await ask('GET', '/jobs?tag=listed&status=succeeded&limit=100');
    expect(body.items.map(({ id }: Body) => id).toSorted()).toEqual(
      jobs.map(({ id }) => id).toSorted(),
    );
  }, patience);
});

test('pages and metrics are there, of all nodes', async () => {
  const basic = { authorization: `Basic ${Buffer.from('me:dev').toString('base64')}` };
  for (const path of ['/admin', '/admin/workers', '/admin/queues/api/queues']) {
    const { status } = await fetch(system.url + path, { headers: basic });
    expect({ path, status }).toEqual({ path, status: 200 });
  }
  for (const { url } of processes) {
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toMatch(/^drover_collect_success\{.*\} 1$/m);
      expect(metrics).not.toMatch(/^drover_collect_success\{.*\} 0$/m);
    }, patience);
  }
});

test('a queue is paused and resumed in all partitions', async () => {
  expect((await ask('POST', '/queues/demo/pause')).status).toBe(200);
  const jobs = await inAllPartitions(() => echo('paused'));
  const { body } = await ask('GET', '/queues');
  expect(body.items.find(({ name }: Body) => name === 'demo')).toMatchObject({ paused: true });
  expect((await ask('POST', '/queues/demo/resume')).status).toBe(200);
  await Promise.all(jobs.map(({ id }) => system.until(id)));
});

test('a limit counts the jobs of all partitions', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    statuses.push((await ask('POST', '/jobs', echo(n), { key: throttledKey })).status);
  }
  expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 429, 429]);
  // Wherever the job, the record of its key and the account live; asked for again, it is no more there.
  for (let n = 0; n < 24; n += 1) {
    const key = `refused-${n % 8}`;
    const body = echo(key, { dedupe: { key, mode: 'until-finished' } });
    const keys = { key: throttledKey, 'idempotency-key': `"${key}"` };
    expect((await ask('POST', '/jobs', body, keys)).status).toBe(429);
  }
});

test('the doctor looks at every primary, and says what to set for a cluster', async () => {
  const look = async (env: Record<string, string> = {}) =>
    (await examineDrover(examineConfig({ ...system.env, ...env }))).map(({ summary }) => summary);
  const found = await look();
  expect(found).toContainEqual(expect.stringContaining('never evicts (each of 3 primaries)'));
  expect(found).toContain('a primary with 1 replica (each of 3 primaries)');
  const [node = ''] = cluster.url.split(',');
  expect(await look({ REDIS_URL: node, REDIS_CLUSTER: 'false' })).toContainEqual(
    expect.stringContaining('Set REDIS_CLUSTER=true'),
  );
});

describe('when a primary is killed', () => {
  test('submissions are refused until its replica has taken over, and nothing is lost', async () => {
    const dying = await cluster.primaryOf(keys.workers);
    const running = await inAllPartitions(() => ({ type: 'demo.sleep', payload: { ms: 3_000 } }));
    const waiting = await inAllPartitions((n) => echo(n, { delay: '2s' }));
    await cluster.replicated(dying);
    await dying.crash();

    const accepted: string[] = [];
    const refused: Answer[] = [];
    const unexpected: Answer[] = [];
    const submitSome = async (): Promise<boolean> => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => ask('POST', '/jobs', echo(n))),
      );
      for (const answer of answers) {
        if (answer.status === 202) accepted.push(answer.body.id);
        else if (answer.status === 503) refused.push(answer);
        else unexpected.push(answer);
      }
      return answers.every(({ status }) => status === 202);
    };
    for (let calm = 0; refused.length === 0 || calm < 5; ) {
      calm = (await submitSome()) ? calm + 1 : 0;
      await sleep(100);
    }
    expect(unexpected).toEqual([]);
    expect(refused.filter(({ headers }) => headers.get('retry-after') === null)).toEqual([]);

    for (const id of [...running, ...waiting].map((job) => job.id).concat(accepted)) {
      expect(await system.until(id)).toMatchObject({ status: 'succeeded' });
    }
    const told = await ask('POST', '/jobs', echo('told'), { prefer: 'wait=30' });
    expect(told).toMatchObject({ status: 200, body: { status: 'succeeded' } });
    expect(processes.map(({ child }) => child.exitCode)).toEqual([null, null, null]);
  });
});
