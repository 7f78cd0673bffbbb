import { createHash } from 'node:crypto';
import { addDeliveries } from '@drover/jobs/webhooks/add';
import { expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import type { DescribedOperation } from './openapi-checker.ts';
import { echo, expectProblem, later, type Talk } from './openapi-talk.ts';
import { exchangeRawly } from './raw-connection.ts';
import { keys, startApi } from './running-api.ts';
import { hourly } from './schedule-fixtures.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Every operation, with a path that leads to something, and the role that it is for. */
export const operationsOf = ({
  checker,
}: Talk): { method: string; path: string; operation: DescribedOperation }[] =>
  Object.entries(checker.description.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: template.replaceAll(/\{\w+\}/g, 'nothing'),
      operation,
    })),
  );
const isProbe = (path: string) => ['/live', '/ready', '/health', '/metrics'].includes(path);
const callsOf = (talk: Talk) => operationsOf(talk).filter(({ path }) => !isProbe(path));
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

/** What goes wrong, with every call. */
export const testProblems = (talk: Talk): void => {
  const { checked, send } = talk;

  test('without a key, or with one that lacks the role', async () => {
    for (const { method, path } of callsOf(talk)) {
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
    for (const { method, path } of callsOf(talk).filter((call) => call.path.includes('nothing'))) {
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
    for (const { method, path } of callsOf(talk).filter((call) => call.method !== 'GET')) {
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
    await talk.api.queues.get('demo', 0).remove(id);
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
    for (const { path } of operationsOf(talk).filter((call) => call.method === 'GET')) {
      const raw = await exchangeRawly(
        talk.api.url,
        `GET ${path} HTTP/1.1\r\nconnection: close\r\n\r\n`,
      );
      const [head = '', text = ''] = raw.split('\r\n\r\n');
      const [statusLine = '', ...fields] = head.split('\r\n');
      const headers = new Headers(fields.map((field) => field.split(': ', 2) as [string, string]));
      talk.checker.check(
        { method: 'GET', path },
        { status: Number(statusLine.split(' ')[1]), headers, text },
      );
    }
  });

  test('while the store is gone', async () => {
    await using redis = await startOwnRedis();
    await using cut = await startApi({ REDIS_URL: redis.url });
    await redis.stop();
    for (const { method, path, operation } of operationsOf(talk)) {
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
    for (const { method, path } of callsOf(talk)) {
      const answer = await checked(method, path, {}, keyless);
      expectProblem(answer, 503, 'keys-missing');
    }
  });
};
