import { newJobId } from '@drover/shared/job-id';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await api.countJobs()).toBe(0);
});

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const echoOf = (json: string) => `{"type":"demo.echo","payload":{"value":${json}}}`;
const pointers = (body: { errors: { pointer: string }[] }) => body.errors.map((it) => it.pointer);

test.each([
  ['no JSON', '{"type":', 400, 'malformed-json'],
  ['nothing', '', 400, 'malformed-json'],
  ['an array', '[]', 422, 'invalid-submission'],
  ['a text', '"job"', 422, 'invalid-submission'],
  ['null', 'null', 422, 'invalid-submission'],
  ['no type', '{"payload":{}}', 422, 'invalid-submission'],
  ['a type that is no text', '{"type":7,"payload":{}}', 422, 'invalid-submission'],
  ['deep nesting', echoOf(deep(100)), 422, 'invalid-submission'],
  ['very deep nesting', echoOf(deep(100_000)), 422, 'invalid-submission'],
  ['a number that is too large', echoOf('[1e999]'), 422, 'invalid-submission'],
  ['an echo of nothing', '{"type":"demo.echo","payload":{}}', 422, 'invalid-submission'],
  ['more than 1 MiB', echoOf(`"${'x'.repeat(1_048_576)}"`), 413, 'payload-too-large'],
])('%s is refused', async (_what, body, status, code) => {
  const answer = await api.submit(body);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({ type: `/problems/${code}`, status, instance: '/jobs' });
  expect(Object.keys(answer.body)).toEqual(expect.arrayContaining(['title', 'detail']));
});

test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense'])(
  'a body of type %s is refused',
  async (contentType) => {
    const answer = await api.submit('{}', { headers: { 'content-type': contentType } });
    expect(answer.status).toBe(415);
    expect(answer.body.type).toBe('/problems/unsupported-media-type');
  },
);

test('an unknown type is refused with the nearest one', async () => {
  const answer = await api.submit({ type: 'image.thumbnail', payload: {} });
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({
    type: '/problems/unknown-job-type',
    errors: [{ pointer: '/type', message: expect.stringContaining('"image.thumbnails"') }],
  });
});

test('unknown fields are refused where they stand', async () => {
  const answer = await api.submit({
    type: 'demo.echo',
    payload: { value: 1 },
    prio: 1,
    'a/b~c': 2,
  });
  expect(answer.status).toBe(422);
  expect(pointers(answer.body)).toEqual(['/prio', '/a~1b~0c']);
  const inside = await api.submit({ type: 'demo.echo', payload: { value: 1, extra: true } });
  expect(pointers(inside.body)).toEqual(['/payload/extra']);
});

test('a wrong payload is refused with a pointer to each fault', async () => {
  const answer = await api.submit({
    type: 'image.thumbnails',
    payload: { source: { url: 'ftp://example.com' }, widths: [100, 0, 'wide'], format: 'bmp' },
  });
  expect(answer.status).toBe(422);
  expect(pointers(answer.body)).toEqual([
    '/payload/source/url',
    '/payload/widths/1',
    '/payload/widths/2',
    '/payload/format',
  ]);
});

test.each([
  ['no key', null, 401, 'unauthorized'],
  ['a wrong key', 'nonsense', 401, 'unauthorized'],
  ['a key without the role', keys.readOnly, 403, 'forbidden'],
])('%s is refused before the body is read', async (_what, key, status, code) => {
  const answer = await api.submit('{"broken', { key });
  expect(answer.status).toBe(status);
  expect(answer.body.type).toBe(`/problems/${code}`);
  expect(answer.headers.has('www-authenticate')).toBe(status === 401);
});

test.each([
  ['an unknown id', newJobId('demo', 0), 'job-not-found'],
  ['an id of an unknown partition', newJobId('demo', 900), 'job-not-found'],
  ['an id of an unknown queue', newJobId('nonsense', 0), 'job-not-found'],
  ['a malformed id', 'nonsense', 'job-not-found'],
  ['a path', '..%2f..%2fetc%2fpasswd', 'job-not-found'],
  ['a NUL byte', 'demo.0.%00', 'job-not-found'],
  ['a Redis key', 'demo%3A0', 'job-not-found'],
  ['a very long id', 'x'.repeat(1_000), 'not-found'],
])('%s is not found', async (_what, id, code) => {
  const answer = await api.ask(`/jobs/${id}`);
  expect(answer.status).toBe(404);
  expect(answer.body.type).toBe(`/problems/${code}`);
});

test.each(['/nothing', '/jobs/a/b/c', '/administer', '/JOBS'])('%s leads nowhere', async (path) => {
  const answer = await api.ask(path);
  expect(answer).toMatchObject({
    status: 404,
    body: { type: '/problems/not-found', instance: path },
  });
});

test('a broken URL is refused', async () => {
  expect(await api.ask('/jobs/%zz')).toMatchObject({
    status: 400,
    body: { type: '/problems/bad-request' },
  });
});

test('whatever JSON is sent, the answer is a 4xx problem and never a 5xx', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.json(),
      fc.constantFrom('demo.fail', 'email.send', 'nothing'),
      async (json, type) => {
        for (const body of [json, `{"type":"${type}","payload":${json}}`]) {
          const answer = await api.submit(body);
          expect(answer.status).toBeGreaterThanOrEqual(400);
          expect(answer.status).toBeLessThan(500);
          expect(answer.body.status).toBe(answer.status);
        }
      },
    ),
    { numRuns: 50 },
  );
});
