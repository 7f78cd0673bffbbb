import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FuzzedRequest, hostileBodies, requestsTo } from './fuzz-arbitraries.ts';
import { type CheckedAnswer, type Checker, createChecker } from './openapi-checker.ts';
import { exchangeRawly } from './raw-connection.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { prepareSchedules } from './schedule-fixtures.ts';
import { prepareStats } from './stats-fixtures.ts';

/** An answer that takes longer than this is a hang, in milliseconds. */
const patience = 5_000;

const runsPerOperation = 100;

let api: RunningApi;
let checker: Checker;
/** A job that has ended, so that following it ends too. */
let ended: string;
beforeAll(async () => {
  api = await startApi();
  await prepareSchedules(api.config.database.url);
  await prepareStats(api.config.database.url);
  checker = await createChecker(api);
  const { body } = await api.submit({ type: 'demo.echo', payload: { value: 1 } });
  ended = body.id;
  await api.ask(`/jobs/${ended}`, { method: 'DELETE' });
  await api.artifacts.put({ job: ended, name: 'a.txt' }, Buffer.from('0123456789'));
});
afterAll(() => api[Symbol.asyncDispose]());

const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));
afterEach(async () => {
  expect(rejections).toEqual([]);
  expect((await api.ask('/live', { key: null })).status).toBe(200);
});

const decoders: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

const headersOf = ({ rawHeaders }: IncomingMessage): Headers => {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
  return headers;
};

/** Sends a request as it stands: `fetch` would tidy up its path and its headers. */
const exchange = async (method: string, request: FuzzedRequest): Promise<CheckedAnswer> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { hostname, port } = new URL(api.url);
  const outgoing = httpRequest(
    {
      hostname,
      port,
      method,
      path: request.path,
      headers: {
        ...request.headers,
        // Node's client frames the body of a DELETE for nobody.
        ...(request.body !== undefined && {
          'content-length': Buffer.byteLength(request.body),
        }),
      },
      signal: AbortSignal.timeout(patience),
    },
    resolve,
  );
  outgoing.on('error', reject).end(request.body);
  const response = await promise;
  const bytes = await buffer(response);
  const decode = decoders[response.headers['content-encoding'] ?? ''];
  return {
    status: response.statusCode ?? 0,
    headers: headersOf(response),
    text: (decode ? decode(bytes) : bytes).toString(),
  };
};

const keyFor = (path: string) => {
  if (path === '/audit') return 'dev';
  if (/^\/(dead-letters|webhooks|jobs\/(cancel|retry)$)/.test(path)) return keys.keeper;
  return /cache|queues|workers/.test(path) ? keys.operator : keys.acme;
};

describe('every operation withstands everything', () => {
  const templates = [
    ['POST', '/jobs'],
    ['POST', '/jobs/batch'],
    ['GET', '/jobs'],
    ['GET', '/jobs/export'],
    ['POST', '/jobs/cancel'],
    ['POST', '/jobs/retry'],
    ['GET', '/jobs/{id}'],
    ['DELETE', '/jobs/{id}'],
    ['GET', '/jobs/{id}/events'],
    ['GET', '/jobs/{id}/logs'],
    ['GET', '/jobs/{id}/artifacts/{name}'],
    ['POST', '/jobs/{id}/retry'],
    ['POST', '/workflows'],
    ['GET', '/workflows'],
    ['GET', '/workflows/{id}'],
    ['DELETE', '/workflows/{id}'],
    ['GET', '/workflows/{id}/events'],
    ['GET', '/views'],
    ['GET', '/stats'],
    ['GET', '/views/{name}'],
    ['GET', '/schedules'],
    ['GET', '/schedules/{id}'],
    ['PUT', '/schedules/{id}'],
    ['PATCH', '/schedules/{id}'],
    ['DELETE', '/schedules/{id}'],
    ['POST', '/schedules/{id}/trigger'],
    ['GET', '/dead-letters'],
    ['DELETE', '/dead-letters'],
    ['GET', '/dead-letters/groups'],
    ['POST', '/dead-letters/redrive'],
    ['GET', '/dead-letters/{id}'],
    ['DELETE', '/dead-letters/{id}'],
    ['POST', '/dead-letters/{id}/redrive'],
    ['GET', '/webhooks'],
    ['POST', '/webhooks'],
    ['GET', '/webhooks/{id}'],
    ['PATCH', '/webhooks/{id}'],
    ['DELETE', '/webhooks/{id}'],
    ['POST', '/webhooks/{id}/test'],
    ['GET', '/webhooks/secret'],
    ['POST', '/webhooks/secret/rotate'],
    ['GET', '/webhooks/deliveries'],
    ['GET', '/webhooks/deliveries/{id}'],
    ['POST', '/webhooks/deliveries/{id}/replay'],
    ['GET', '/queues'],
    ['GET', '/queues/{name}'],
    ['PATCH', '/queues/{name}'],
    ['POST', '/queues/{name}/pause'],
    ['POST', '/queues/{name}/resume'],
    ['DELETE', '/cache'],
    ['DELETE', '/cache/{name}'],
    ['DELETE', '/cache/{name}/{key}'],
    ['GET', '/workers'],
    ['GET', '/audit'],
    ['GET', '/job-types'],
    ['GET', '/job-types/{type}'],
    ['GET', '/live'],
    ['GET', '/ready'],
    ['GET', '/health'],
    ['GET', '/metrics'],
  ] as const;

  test('none is left out', () => {
    const described = Object.entries(checker.description.paths).flatMap(([template, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${template}`),
    );
    expect(templates.map((it) => it.join(' ')).toSorted()).toEqual(described.toSorted());
  });

  test.each(templates)('%s %s', async (method, template) => {
    const { description } = checker;
    const operation = description.paths[template]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${method} ${template} is not described`);
    const known = [ended, 'a.txt', 'demo', 'demo.echo'];
    await fc.assert(
      fc.asyncProperty(
        requestsTo({ template, method, operation }, { description, known }),
        fc.constantFrom(keyFor(template), keyFor(template), keyFor(template), keys.other, '\u00e9'),
        async (request, key) => {
          const headers = { ...request.headers, authorization: `Bearer ${key}` };
          const answer = await exchange(method, { ...request, headers });
          checker.check({ method, path: request.path }, answer);
          expect(answer.status).toBeLessThan(500);
        },
      ),
      { numRuns: runsPerOperation },
    );
  });
});

test.each(hostileBodies.map((body, index) => ({ index, body })))(
  'hostile body $index is answered with a 4xx by every write, or is a job',
  async ({ body }) => {
    const writes = [`/jobs/${ended}/retry`, `/dead-letters/${ended}/redrive`];
    const bulk = ['/dead-letters/redrive', '/jobs/cancel', '/jobs/retry'];
    for (const path of ['/jobs', '/jobs/batch', '/workflows', ...bulk, ...writes]) {
      const headers = {
        authorization: `Bearer ${keyFor(path)}`,
        'content-type': 'application/json',
      };
      const keyed = { ...headers, 'idempotency-key': randomUUID() };
      for (const given of [headers, keyed]) {
        const answer = await exchange('POST', { path, headers: given, body });
        checker.check({ method: 'POST', path }, answer);
        expect(answer.status).toBeLessThan(500);
      }
    }
  },
);

const head = (path: string) =>
  `GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${keys.acme}\r\n`;
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

test.each([
  ['a long header', `x: ${'y'.repeat(100_000)}\r\n`, [431]],
  ['many headers', Array.from({ length: 5_000 }, (_, n) => `x${n}: y\r\n`).join(''), [200, 431]],
  ['many copies of a header', 'authorization: Bearer x\r\n'.repeat(300), [200, 400, 401]],
  ['an empty name', ': x\r\n', [400]],
  ['a folded header', 'x: a\r\n b\r\n', [200, 400]],
  ['a NUL byte', 'x: a\0b\r\n', [400]],
])('a header bomb is answered: %s', async (_what, bomb, statuses) => {
  const answer = await exchangeRawly(
    api.url,
    `${head('/job-types')}${bomb}connection: close\r\n\r\n`,
  ).catch(() => 'HTTP/1.1 431');
  expect(statuses).toContain(statusOf(answer));
});

test('slow bodies keep nobody else waiting', async () => {
  const abandoned = new AbortController();
  const slow = Array.from({ length: 50 }, () => {
    const { hostname, port } = new URL(api.url);
    const request = httpRequest({
      hostname,
      port,
      path: '/jobs',
      method: 'POST',
      signal: abandoned.signal,
      headers: {
        authorization: `Bearer ${keys.acme}`,
        'content-type': 'application/json',
        'content-length': '100',
      },
    });
    request.on('error', () => {}).write('{');
    return request;
  });
  const echo = { type: 'demo.echo', payload: { value: 1 } };
  const answers = await Promise.all(Array.from({ length: 50 }, () => api.submit(echo)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  abandoned.abort();
  expect(slow).toHaveLength(50);
});

test.each(['other-job.txt', '..%2fother%2fa.txt', '%2e%2e%2fa.txt', '..%5ca.txt', 'a.txt%00'])(
  'no file outside the job is reached by the name %s',
  async (name) => {
    const { body } = await api.submit(
      { type: 'demo.echo', payload: { value: 1 } },
      { key: keys.other },
    );
    await api.artifacts.put({ job: body.id, name: 'other-job.txt' }, Buffer.from('secret'));
    const headers = { authorization: `Bearer ${keys.acme}` };
    for (const path of [
      `/jobs/${ended}/artifacts/${name}`,
      `/jobs/${body.id}/artifacts/${name}`,
      `/jobs/${ended}%2f..%2f${body.id}/artifacts/other-job.txt`,
    ]) {
      const answer = await exchange('GET', { path, headers, body: undefined });
      expect(answer.status).toBe(404);
      expect(answer.text).not.toContain('secret');
    }
  },
);
