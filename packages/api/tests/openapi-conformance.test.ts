import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { type Checker, createChecker, type DescribedOperation } from './openapi-checker.ts';
import { exchangeRawly } from './raw-connection.ts';
import { type Answer, keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
let worker: AsyncDisposable;
let checker: Checker;
beforeAll(async () => {
  api = await startApi();
  worker = await startWorkerOf(api);
  checker = await createChecker(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

type Init = NonNullable<Parameters<RunningApi['ask']>[1]>;

/** Asks, and checks the answer against the description. */
const checked = async (method: string, path: string, init: Init = {}, from = api) => {
  const answer = await from.ask(path, { method, ...init });
  checker.check({ method, path }, answer);
  return answer;
};

const send = (path: string, body: unknown, { headers, ...init }: Init = {}) =>
  checked('POST', path, {
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
    ...init,
  });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const echo = { type: 'demo.echo', payload: { value: 1 } };
const later = { ...echo, options: { delay: '1h' } };
const failing = { type: 'demo.fail', payload: { failures: 9, permanent: true } };
const sleeping = { type: 'demo.sleep', payload: { ms: 60_000 } };
const waiting = { headers: { prefer: 'wait=20' } };

const expectProblem = (answer: Answer, status: number, code: string) =>
  expect(answer).toMatchObject({ status, body: { type: `/problems/${code}` } });

describe('what goes well is described', () => {
  test('submitting, waiting, deduplicating and repeating', async () => {
    expect((await send('/jobs', echo)).status).toBe(202);
    expect((await send('/jobs', echo, waiting)).status).toBe(200);
    expect((await send('/jobs', failing, waiting)).body.status).toBe('failed');
    const dedupe = { ...later, options: { ...later.options, dedupe: { key: 'one' } } };
    await send('/jobs', dedupe);
    expect((await send('/jobs', dedupe)).headers.get('deduplicated')).toBe('true');
    const key = { headers: { 'idempotency-key': 'a-key' } };
    await send('/jobs', later, key);
    expect((await send('/jobs', later, key)).headers.get('idempotency-replayed')).toBe('true');
  });

  test('batches', async () => {
    expect((await send('/jobs/batch', { jobs: [echo, later] })).status).toBe(202);
    expect((await send('/jobs/batch', { jobs: [echo, { type: 'x' }] })).status).toBe(207);
    const none = await send('/jobs/batch', { jobs: [7, { type: 'x', payload: {} }] });
    expect(none).toMatchObject({ status: 422, body: { accepted: 0, rejected: 2 } });
  });

  test('reading, following, logs and files', async () => {
    const steps = { type: 'demo.sleep', payload: { ms: 10, steps: 3 } };
    const { id } = (await send('/jobs', steps, waiting)).body;
    const { headers } = await checked('GET', `/jobs/${id}`);
    const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect((await checked('GET', `/jobs/${id}`, known)).status).toBe(304);
    await checked('HEAD', `/jobs/${id}`);

    const events = await checked('GET', `/jobs/${id}/events`);
    const last = /^id: ?(.+)$/gm;
    const ids = [...events.text.matchAll(last)].map(([, it = '']) => it);
    const seen = { headers: { 'last-event-id': ids.at(-1) ?? '' } };
    expect((await checked('GET', `/jobs/${id}/events`, seen)).status).toBe(204);

    const logs = await checked('GET', `/jobs/${id}/logs?limit=2`);
    expect(logs.body).toMatchObject({ items: [{ seq: 1 }, { seq: 2 }], nextAfter: 2 });
    const knownLogs = { headers: { 'if-none-match': logs.headers.get('etag') ?? '' } };
    expect((await checked('GET', `/jobs/${id}/logs?limit=2`, knownLogs)).status).toBe(304);

    await api.artifacts.put({ job: id, name: 'a.txt' }, Buffer.from('0123456789'));
    const file = `/jobs/${id}/artifacts/a.txt`;
    const whole = await checked('GET', file);
    for (const [header, value, status] of [
      ['range', 'bytes=0-3', 206],
      ['range', 'bytes=90-', 416],
      ['if-none-match', whole.headers.get('etag') ?? '', 304],
    ] as const) {
      expect((await checked('GET', file, { headers: { [header]: value } })).status).toBe(status);
    }
    expectProblem(
      await checked('GET', `/jobs/${id}/artifacts/none.txt`),
      404,
      'artifact-not-found',
    );
  });

  test('canceling and retrying', async () => {
    const scheduled = (await send('/jobs', later)).body.id;
    expect((await checked('DELETE', `/jobs/${scheduled}`)).status).toBe(200);
    expectProblem(await checked('DELETE', `/jobs/${scheduled}`), 409, 'job-finished');

    const { id } = (await send('/jobs', sleeping)).body;
    for (let status = ''; status !== 'running'; ) {
      ({ status } = (await checked('GET', `/jobs/${id}`)).body);
    }
    expect((await checked('DELETE', `/jobs/${id}`)).status).toBe(202);
    expect((await checked('GET', `/jobs/${id}`, waiting)).body.status).toBe('canceled');

    const failed = (await send('/jobs', failing, waiting)).body.id;
    expect((await send(`/jobs/${failed}/retry`, {})).status).toBe(202);
    const waits = (await send('/jobs', later)).body.id;
    expectProblem(await send(`/jobs/${waits}/retry`, {}), 409, 'job-not-retryable');
  });

  test('the catalog, the queues, the workers and the probes', async () => {
    const operator = { key: keys.operator };
    for (const [path, init] of [
      ['/job-types', {}],
      ['/job-types/email.send', {}],
      ['/queues', operator],
      ['/queues/demo', operator],
      ['/workers', operator],
    ] as const) {
      const { status, headers } = await checked('GET', path, init);
      expect(status).toBe(200);
      await checked('GET', path, {
        ...init,
        headers: { 'if-none-match': headers.get('etag') ?? '' },
      });
      await checked('GET', path, { ...init, headers: { 'if-none-match': '*' } });
    }
    for (const path of ['/queues/demo/pause', '/queues/demo/resume']) {
      expect((await checked('POST', path, operator)).status).toBe(200);
    }
    for (const path of ['/live', '/ready', '/health']) {
      expect((await checked('GET', path, { key: null })).status).toBe(200);
    }
  });
});

/** Every operation, with a path that leads to something, and the role that it is for. */
const operations = (): { method: string; path: string; operation: DescribedOperation }[] =>
  Object.entries(checker.description.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: template.replaceAll(/\{\w+\}/g, 'nothing'),
      operation,
    })),
  );
const isProbe = (path: string) => ['/live', '/ready', '/health'].includes(path);
const calls = () => operations().filter(({ path }) => !isProbe(path));
const keyFor = (path: string) => (/queues|workers/.test(path) ? keys.operator : keys.acme);
const anyBody = (method: string) =>
  method === 'POST'
    ? { body: JSON.stringify(echo), headers: { 'content-type': 'application/json' } }
    : {};

describe('what goes wrong is described, for every call', () => {
  test('without a key, or with one that lacks the role', async () => {
    for (const { method, path } of calls()) {
      expectProblem(await checked(method, path, { key: null }), 401, 'unauthorized');
      const wrong = /queues|workers/.test(path)
        ? keys.acme
        : path.startsWith('/jobs') && method !== 'GET'
          ? keys.readOnly
          : keys.submitOnly;
      expectProblem(await checked(method, path, { key: wrong }), 403, 'forbidden');
    }
  });

  test('with parameters that lead nowhere', async () => {
    for (const { method, path } of calls().filter((call) => call.path.includes('nothing'))) {
      const init = { key: keyFor(path), ...anyBody(method) };
      expect((await checked(method, path, init)).status).toBe(404);
      const long = path.replace('nothing', 'x'.repeat(300));
      expectProblem(await checked(method, long, init), 404, 'not-found');
      const broken = path.replace('nothing', '%ff');
      expectProblem(await checked(method, broken, init), 400, 'bad-request');
    }
    expectProblem(
      await checked('GET', '/jobs/nothing/logs?limit=0&x=1'),
      400,
      'invalid-parameters',
    );
  });

  test('with bodies that cannot be read', async () => {
    for (const { method, path } of calls().filter((call) => call.method !== 'GET')) {
      const init = { key: keyFor(path) };
      const as = (type: string, body: string) =>
        checked(method, path, { ...init, body, headers: { 'content-type': type } });
      expectProblem(await as('text/plain', 'x'), 415, 'unsupported-media-type');
      const large = `"${'x'.repeat(1_048_576)}"`;
      expectProblem(await as('application/json', large), 413, 'payload-too-large');
    }
    for (const path of ['/jobs', '/jobs/batch']) {
      expectProblem(await send(path, '{'), 400, 'malformed-json');
      expectProblem(await send(path, '{"__proto__":1}'), 422, 'invalid-submission');
      expectProblem(await send(path, {}), 422, 'invalid-submission');
      const headers = { 'idempotency-key': 'x'.repeat(300) };
      const one = path === '/jobs' ? echo : { jobs: [echo] };
      expectProblem(await send(path, one, { headers }), 400, 'invalid-idempotency-key');
    }
  });

  test('with submissions that are refused', async () => {
    expectProblem(await send('/jobs', { ...echo, type: 'demo.ecko' }), 422, 'unknown-job-type');
    const headers = { 'idempotency-key': 'another-key' };
    const { id } = (await send('/jobs', later, { headers })).body;
    expectProblem(await send('/jobs', echo, { headers }), 422, 'idempotency-conflict');
    await api.queues.get('demo', 0).remove(id);
    expectProblem(await send('/jobs', later, { headers }), 410, 'job-gone');
  });

  test('beyond the limit of a tier', async () => {
    await using limited = await startApi({
      RATE_LIMITS: 'free=1/1h',
      API_KEYS: JSON.stringify([
        { hash: sha256(keys.acme), tenant: 'acme', roles: ['submit', 'read'], tier: 'free' },
      ]),
    });
    const job = await limited.submit(later);
    expect(job.headers.get('x-ratelimit-remaining')).toBe('0');
    const { id } = job.body;
    expect((await checked('DELETE', `/jobs/${id}`, {}, limited)).status).toBe(200);
    for (const [path, body] of [
      ['/jobs', later],
      ['/jobs/batch', { jobs: [later, later] }],
      [`/jobs/${id}/retry`, {}],
    ] as const) {
      const init = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      expectProblem(await checked('POST', path, init, limited), 429, 'rate-limited');
    }
  });

  test('without a Host', async () => {
    for (const { path } of operations().filter((call) => call.method === 'GET')) {
      const raw = await exchangeRawly(api.url, `GET ${path} HTTP/1.1\r\nconnection: close\r\n\r\n`);
      const [head = '', text = ''] = raw.split('\r\n\r\n');
      const [statusLine = '', ...fields] = head.split('\r\n');
      const headers = new Headers(fields.map((field) => field.split(': ', 2) as [string, string]));
      checker.check(
        { method: 'GET', path },
        { status: Number(statusLine.split(' ')[1]), headers, text },
      );
    }
  });

  test('while the store is gone', async () => {
    await using redis = await startOwnRedis();
    await using cut = await startApi({ REDIS_URL: redis.url });
    await redis.stop();
    for (const { method, path, operation } of operations()) {
      const batch = operation.operationId === 'submitBatch';
      const init = {
        key: keyFor(path),
        ...anyBody(method),
        ...(batch && { body: JSON.stringify({ jobs: [echo] }) }),
      };
      const { status } = await checked(method, path, init, cut);
      expect([200, 404, 503]).toContain(status);
    }
  });

  test('on a server without keys', async () => {
    await using keyless = await startApi({ NODE_ENV: 'production', API_KEYS: '' });
    for (const { method, path } of calls()) {
      const answer = await checked(method, path, {}, keyless);
      expectProblem(answer, 503, 'keys-missing');
    }
  });
});

/** Answers that no test can bring about at will: nothing that a restart would mend is checked yet. */
const unprovoked = (key: string) => / (500|default)$/.test(key) || key === 'GET /live 503';

test('every status that is described has been seen', () => {
  const described = operations().flatMap(({ method, operation }) => {
    const template = Object.entries(checker.description.paths).find(([, methods]) =>
      Object.values(methods).includes(operation),
    )?.[0];
    return Object.keys(operation.responses).map((status) => `${method} ${template} ${status}`);
  });
  expect(described.filter((it) => !unprovoked(it) && !checker.seen.has(it))).toEqual([]);
});
