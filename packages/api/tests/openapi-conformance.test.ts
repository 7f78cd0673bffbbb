import { createHash } from 'node:crypto';
import { publishDeclared } from '@drover/jobs/schedules/declared';
import { addDeliveries } from '@drover/jobs/webhooks/add';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { type Checker, createChecker, type DescribedOperation } from './openapi-checker.ts';
import { exchangeRawly } from './raw-connection.ts';
import { type Answer, keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { hourly, purge } from './schedule-fixtures.ts';

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

  test('listing, searching and exporting jobs, and changing many', async () => {
    await api.submit(later);
    expect((await checked('GET', '/jobs?status=queued,scheduled&limit=1')).status).toBe(200);
    const none = '/jobs?type=no.such';
    const { headers } = await checked('GET', none);
    const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect((await checked('GET', none, known)).status).toBe(304);
    for (const path of ['/jobs?limit=0', '/jobs?cursor=x', '/jobs/export?x=1']) {
      expectProblem(await checked('GET', path), 400, 'invalid-parameters');
    }
    expect((await checked('GET', '/jobs/export?text=nothing')).status).toBe(200);
    const keeper = { key: keys.keeper };
    for (const action of ['/jobs/cancel', '/jobs/retry']) {
      const filter = { tag: ['none'] };
      expect((await send(action, { filter, dryRun: true }, keeper)).status).toBe(200);
      expect((await send(action, { filter }, keeper)).status).toBe(202);
      expectProblem(await send(action, {}, keeper), 422, 'invalid-submission');
    }
    await using off = await startApi({ HISTORY_DAYS: '0' });
    for (const path of ['/jobs', '/jobs/export']) {
      expectProblem(await checked('GET', path, {}, off), 501, 'history-off');
    }
    for (const path of ['/jobs/cancel', '/jobs/retry']) {
      const body = JSON.stringify({ all: true });
      const init = { ...keeper, body, headers: { 'content-type': 'application/json' } };
      expectProblem(await checked('POST', path, init, off), 501, 'history-off');
    }
  });

  test('workflows', async () => {
    const chain = { chain: [echo, { ...echo, name: 'last' }] };
    expect((await send('/workflows', chain, waiting)).status).toBe(200);
    const { id } = (await send('/workflows', chain)).body;
    const whole = `/workflows/${id}`;
    await checked('GET', whole, waiting);
    for (const path of [whole, '/workflows']) {
      const { headers } = await checked('GET', path);
      const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect((await checked('GET', path, known)).status).toBe(304);
    }
    expectProblem(await checked('GET', '/workflows?limit=0'), 400, 'invalid-parameters');
    const events = await checked('GET', `${whole}/events`);
    const ids = [...events.text.matchAll(/^id: ?(.+)$/gm)].map(([, it = '']) => it);
    const seen = { headers: { 'last-event-id': ids.at(-1) ?? '' } };
    expect((await checked('GET', `${whole}/events`, seen)).status).toBe(204);
    expectProblem(await checked('DELETE', whole), 409, 'workflow-finished');

    const waits = (await send('/workflows', { chain: [later] })).body.id;
    expect((await checked('DELETE', `/workflows/${waits}`)).status).toBe(200);
    const { id: slow, steps } = (await send('/workflows', { chain: [sleeping] })).body;
    for (let status = ''; status !== 'running'; ) {
      ({ status } = (await checked('GET', `/jobs/${steps['step-1'].job}`)).body);
    }
    expect((await checked('DELETE', `/workflows/${slow}`)).status).toBe(202);

    const headers = { 'idempotency-key': 'a-workflow' };
    const gone = (await send('/workflows', { chain: [later] }, { headers })).body.id;
    await api.queues.redis.del(api.queues.keys.inQueue('workflow', 0, gone));
    expectProblem(await send('/workflows', { chain: [later] }, { headers }), 410, 'workflow-gone');
  });

  test('views', async () => {
    const view = '/views/sales_by_region';
    for (const path of ['/views', `${view}?limit=1`]) {
      const { status, headers } = await checked('GET', path);
      expect(status).toBe(200);
      const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect([200, 304]).toContain((await checked('GET', path, known)).status);
      await checked('GET', path, { headers: { 'if-none-match': '*' } });
    }
    expectProblem(await checked('GET', `${view}?limit=0`), 400, 'invalid-parameters');
    expectProblem(await checked('GET', '/views/none'), 404, 'view-not-found');
  });

  test('statistics', async () => {
    expect((await checked('GET', '/stats?by=day')).status).toBe(200);
    await checked('GET', '/stats', { headers: { 'if-none-match': '*' } });
    expectProblem(await checked('GET', '/stats?by=week'), 400, 'invalid-parameters');
  });

  test('the audit log', async () => {
    const admin = { key: 'dev' };
    await checked('POST', '/queues/demo/resume', admin);
    expect((await checked('GET', '/audit?limit=1', admin)).body.items).toHaveLength(1);
    await checked('GET', '/audit', { ...admin, headers: { 'if-none-match': '*' } });
    expectProblem(await checked('GET', '/audit?limit=0', admin), 400, 'invalid-parameters');
  });

  test('schedules', async () => {
    const put = (path: string, body: unknown, init: Init = {}, from = api) =>
      checked(
        'PUT',
        path,
        {
          ...init,
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        },
        from,
      );
    const one = '/schedules/one';
    expect((await put(one, hourly)).status).toBe(201);
    expect((await put(one, { ...hourly, overlap: 'skip' })).status).toBe(200);
    expectProblem(await put(one, '{'), 400, 'malformed-json');
    expectProblem(await put(one, {}), 422, 'invalid-submission');
    expectProblem(await put(one, { ...hourly, type: 'demo.ecko' }), 422, 'unknown-job-type');
    const headers = { 'content-type': 'application/json' };
    const change = (body: string) => checked('PATCH', one, { body, headers });
    expect((await change('{"enabled":true}')).status).toBe(200);
    expectProblem(await change('{'), 400, 'malformed-json');
    expectProblem(await change('{}'), 422, 'invalid-submission');
    for (const [path, init] of [
      [one, {}],
      ['/schedules', {}],
    ] as const) {
      const { headers: sent } = await checked('GET', path, init);
      const known = { headers: { 'if-none-match': sent.get('etag') ?? '' } };
      // The runs of other tests' triggers may have come in between.
      expect([200, 304]).toContain((await checked('GET', path, known)).status);
      await checked('GET', path, { headers: { 'if-none-match': '*' } });
    }
    expectProblem(await checked('GET', '/schedules?limit=0'), 400, 'invalid-parameters');

    const now = `${one}/trigger`;
    const once = { headers: { 'idempotency-key': 'now' } };
    const { id } = (await send(now, {}, once)).body;
    expect((await send(now, {}, once)).status).toBe(202);
    const long = { headers: { 'idempotency-key': 'x'.repeat(300) } };
    expectProblem(await send(now, {}, long), 400, 'invalid-idempotency-key');
    await checked('GET', `/jobs/${id}`, waiting);
    await api.queues.get('demo', 0).remove(id);
    expectProblem(await send(now, {}, once), 410, 'job-gone');

    await publishDeclared(api.queues, { definition: purge, enabled: false });
    const declared = `/schedules/${purge.id}`;
    expectProblem(await put(declared, hourly), 409, 'schedule-declared');
    expectProblem(await checked('DELETE', declared), 409, 'schedule-declared');
    const gone = { ...purge, job: { type: 'gone.type' } };
    await publishDeclared(api.queues, { definition: gone, enabled: false });
    const admin = { key: 'dev' };
    expectProblem(await send(`${declared}/trigger`, {}, admin), 409, 'schedule-unrunnable');
    expect((await checked('DELETE', one)).status).toBe(204);
  });

  test('dead letters', async () => {
    const keeper = { key: keys.keeper };
    const dies = async () => (await send('/jobs', failing, waiting)).body.id as string;
    const lists = (path: string) => checked('GET', path, keeper);
    const id = await dies();
    await expect.poll(async () => (await lists('/dead-letters')).body.items).not.toEqual([]);
    await expect
      .poll(async () => (await lists('/dead-letters/groups?type=demo.fail')).body.items)
      .toMatchObject([{ code: 'demo-permanent' }]);
    for (const path of ['/dead-letters', '/dead-letters/groups', `/dead-letters/${id}`]) {
      const { headers } = await lists(path);
      const known = { ...keeper, headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect((await checked('GET', path, known)).status).toBe(304);
    }
    for (const path of ['/dead-letters?limit=0', '/dead-letters/groups?x=1']) {
      expectProblem(await lists(path), 400, 'invalid-parameters');
    }
    expectProblem(await checked('DELETE', '/dead-letters', keeper), 400, 'invalid-parameters');

    const one = `/dead-letters/${id}/redrive`;
    expectProblem(await send(one, { payload: 7 }, keeper), 422, 'invalid-submission');
    expect((await send(one, {}, keeper)).status).toBe(202);
    const alive = (await send('/jobs', later)).body.id;
    expectProblem(await send(`/dead-letters/${alive}/redrive`, {}, keeper), 409, 'job-not-dead');
    expectProblem(await checked('DELETE', `/dead-letters/${alive}`, keeper), 409, 'job-not-dead');

    const all = '/dead-letters/redrive';
    expectProblem(await send(all, {}, keeper), 422, 'invalid-submission');
    expect((await send(all, { all: true, dryRun: true }, keeper)).status).toBe(200);
    const { status, body } = await send(all, { all: true }, keeper);
    expect(status).toBe(202);
    expect((await checked('GET', `/jobs/${body.id}`, waiting)).body.status).toBe('succeeded');

    const last = await dies();
    expect((await checked('DELETE', `/dead-letters/${last}`, keeper)).status).toBe(200);
    expect((await checked('DELETE', '/dead-letters?all=true', keeper)).status).toBe(200);
  });

  test('webhooks', async () => {
    const keeper = { key: keys.keeper };
    const change = (method: string, path: string, body: unknown = {}) =>
      checked(method, path, {
        ...keeper,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    const url = 'https://receiver.invalid/hook';
    const made = await change('POST', '/webhooks', { url, types: ['demo.*'] });
    expect(made.status).toBe(201);
    const endpoint = `/webhooks/${made.body.id}`;
    expectProblem(await change('POST', '/webhooks', { url: 7 }), 422, 'invalid-submission');
    expect((await change('PATCH', endpoint, { description: 'new' })).status).toBe(200);
    expectProblem(await change('PATCH', endpoint), 422, 'invalid-submission');

    expect((await checked('GET', '/webhooks/secret', keeper)).status).toBe(200);
    const rotate = '/webhooks/secret/rotate';
    expect((await change('POST', rotate)).status).toBe(200);
    expectProblem(await change('POST', rotate, { overlap: -1 }), 422, 'invalid-submission');

    const tested = await checked('POST', `${endpoint}/test`, keeper);
    expect(tested.status).toBe(202);
    const delivery = `/webhooks/deliveries/${tested.body.id}`;
    await expect
      .poll(async () => (await checked('GET', delivery, keeper)).body.status)
      .toBe('failed');
    expect((await checked('POST', `${delivery}/replay`, keeper)).status).toBe(202);
    for (const path of [
      '/webhooks',
      endpoint,
      '/webhooks/secret',
      '/webhooks/deliveries?limit=1',
      delivery,
    ]) {
      const { headers } = await checked('GET', path, keeper);
      const known = { ...keeper, headers: { 'if-none-match': headers.get('etag') ?? '' } };
      expect([200, 304]).toContain((await checked('GET', path, known)).status);
    }
    const { id } = (await send('/jobs', echo)).body;
    const ofJob = `/webhooks/deliveries?source=${id}`;
    const listed = async () => (await checked('GET', ofJob, keeper)).body.items;
    await expect.poll(async () => (await listed()).length).toBe(1);
    const [{ links }] = await listed();
    await change('PATCH', endpoint, { enabled: false });
    expectProblem(await checked('POST', links.replay, keeper), 409, 'webhook-disabled');
    expect((await checked('DELETE', endpoint, keeper)).status).toBe(200);
    expectProblem(await checked('POST', links.replay, keeper), 404, 'webhook-not-found');

    const many = await Promise.all(
      Array.from({ length: 21 }, () => change('POST', '/webhooks', { url, enabled: false })),
    );
    const full = many.find(({ status }) => status !== 201);
    expectProblem(full as Answer, 409, 'webhook-limit');
    for (const it of many)
      if (it.status === 201) await checked('DELETE', it.body.links.self, keeper);
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
    // A cache that holds something, as its last entry's end says.
    const { redis, keys: places } = api.queues;
    await redis.zadd(places.cacheNames, Date.now() + 60_000, 'shown:1');
    for (const path of ['/cache/shown', '/cache/shown/a', '/cache?tag=a']) {
      expect((await checked('DELETE', path, operator)).status).toBe(204);
    }
    expectProblem(await checked('DELETE', '/cache', operator), 400, 'invalid-parameters');
    const headers = { 'content-type': 'application/json' };
    const change = (body: string) =>
      checked('PATCH', '/queues/demo', { ...operator, body, headers });
    expect((await change('{"globalConcurrency":5,"rateLimit":null}')).status).toBe(200);
    expect((await change('{"globalConcurrency":null}')).status).toBe(200);
    expectProblem(await change('{'), 400, 'malformed-json');
    expectProblem(await change('{"concurrency":0}'), 422, 'invalid-submission');
    for (const path of ['/live', '/ready', '/health', '/metrics']) {
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
const isProbe = (path: string) => ['/live', '/ready', '/health', '/metrics'].includes(path);
const calls = () => operations().filter(({ path }) => !isProbe(path));
const isLetter = (path: string) => path.startsWith('/dead-letters');
const isBulk = (path: string) => /^\/jobs\/(cancel|retry)$/.test(path);
const keyFor = (path: string) => {
  if (path === '/audit') return 'dev';
  if (isLetter(path) || isBulk(path) || path.startsWith('/webhooks')) return keys.keeper;
  return /cache|queues|workers/.test(path) ? keys.operator : keys.acme;
};
const anyBody = (method: string) =>
  method === 'POST'
    ? { body: JSON.stringify(echo), headers: { 'content-type': 'application/json' } }
    : {};

describe('what goes wrong is described, for every call', () => {
  test('without a key, or with one that lacks the role', async () => {
    for (const { method, path } of calls()) {
      expectProblem(await checked(method, path, { key: null }), 401, 'unauthorized');
      const wrong =
        /cache|queues|workers/.test(path) ||
        (isLetter(path) && method !== 'GET') ||
        (path.startsWith('/webhooks') && (method !== 'GET' || path.endsWith('/secret')))
          ? keys.acme
          : /^\/(jobs|workflows|schedules)/.test(path) && method !== 'GET'
            ? keys.readOnly
            : keys.submitOnly;
      expectProblem(await checked(method, path, { key: wrong }), 403, 'forbidden');
    }
  });

  test('with parameters that lead nowhere', async () => {
    for (const { method, path } of calls().filter((call) => call.path.includes('nothing'))) {
      const init = { key: keyFor(path), ...anyBody(method) };
      // What is put need not have been there.
      if (method !== 'PUT') expect((await checked(method, path, init)).status).toBe(404);
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
    for (const path of [
      '/jobs/cancel',
      '/jobs/retry',
      '/dead-letters/redrive',
      '/dead-letters/x/redrive',
      '/webhooks',
      '/webhooks/secret/rotate',
    ]) {
      expectProblem(await send(path, '{', { key: keys.keeper }), 400, 'malformed-json');
    }
    for (const path of ['/jobs', '/jobs/batch', '/workflows']) {
      expectProblem(await send(path, '{'), 400, 'malformed-json');
      expectProblem(await send(path, '{"__proto__":1}'), 422, 'invalid-submission');
      expectProblem(await send(path, {}), 422, 'invalid-submission');
      const headers = { 'idempotency-key': 'x'.repeat(300) };
      const one =
        path === '/jobs' ? echo : path === '/workflows' ? { chain: [echo] } : { jobs: [echo] };
      expectProblem(await send(path, one, { headers }), 400, 'invalid-idempotency-key');
    }
  });

  test('with submissions that are refused', async () => {
    expectProblem(await send('/jobs', { ...echo, type: 'demo.ecko' }), 422, 'unknown-job-type');
    const wrong = { chain: [{ ...echo, type: 'demo.ecko' }] };
    expectProblem(await send('/workflows', wrong), 422, 'unknown-job-type');
    const headers = { 'idempotency-key': 'another-key' };
    await send('/workflows', { chain: [later] }, { headers });
    const conflict = await send('/workflows', { chain: [echo] }, { headers });
    expectProblem(conflict, 422, 'idempotency-conflict');
    const { id } = (await send('/jobs', later, { headers })).body;
    expectProblem(await send('/jobs', echo, { headers }), 422, 'idempotency-conflict');
    await api.queues.get('demo', 0).remove(id);
    expectProblem(await send('/jobs', later, { headers }), 410, 'job-gone');
  });

  test('beyond the limit of a tier', async () => {
    await using limited = await startApi({
      RATE_LIMITS: 'free=1/1h',
      API_KEYS: JSON.stringify([
        {
          hash: sha256(keys.acme),
          tenant: 'acme',
          roles: ['submit', 'read', 'operate'],
          tier: 'free',
        },
      ]),
    });
    const json = { 'content-type': 'application/json' };
    const hook = { url: 'https://receiver.invalid/', enabled: false };
    const registered = await limited.ask('/webhooks', {
      method: 'POST',
      body: JSON.stringify(hook),
      headers: json,
    });
    const [delivery] = await addDeliveries(limited.queues, [
      {
        tenant: 'acme',
        webhookId: 'msg_1',
        target: { url: hook.url },
        body: { type: 'job.failed', timestamp: new Date().toISOString(), data: {} },
        partition: 0,
      },
    ]);
    const job = await limited.submit(later);
    expect(job.headers.get('x-ratelimit-remaining')).toBe('0');
    const { id } = job.body;
    expect((await checked('DELETE', `/jobs/${id}`, {}, limited)).status).toBe(200);
    const schedule = {
      body: JSON.stringify(hourly),
      headers: { 'content-type': 'application/json' },
    };
    await checked('PUT', '/schedules/limited', schedule, limited);
    for (const [path, body] of [
      ['/schedules/limited/trigger', {}],
      [`/webhooks/${registered.body.id}/test`, {}],
      [`/webhooks/deliveries/${delivery?.id}/replay`, {}],
      ['/jobs', later],
      ['/jobs/batch', { jobs: [later, later] }],
      ['/workflows', { chain: [later] }],
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
      const bodies: Record<string, object> = {
        submitBatch: { jobs: [echo] },
        submitWorkflow: { chain: [echo] },
        createWebhook: { url: 'https://receiver.invalid/' },
        rotateWebhookSecret: {},
        redriveDeadLetters: { all: true },
        putSchedule: hourly,
      };
      const own = bodies[operation.operationId];
      const queries: Record<string, string> = {
        deleteDeadLetters: '?all=true',
        purgeCacheTag: '?tag=a',
      };
      const query = queries[operation.operationId] ?? '';
      const init = {
        key: keyFor(path),
        ...anyBody(method),
        ...(own && {
          body: JSON.stringify(own),
          headers: { 'content-type': 'application/json' },
        }),
      };
      const { status } = await checked(method, path + query, init, cut);
      expect([200, 404, 503], `${method} ${path}`).toContain(status);
    }
  });

  test('to metrics that are not for everybody', async () => {
    const passedOn = { key: null, headers: { 'x-forwarded-for': '203.0.113.7' } };
    expectProblem(await checked('GET', '/metrics', passedOn), 403, 'metrics-not-public');
    await using guarded = await startApi({ METRICS_TOKEN: 'a-long-random-text' });
    const answer = await checked('GET', '/metrics', { key: null }, guarded);
    expectProblem(answer, 401, 'metrics-token-required');
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
