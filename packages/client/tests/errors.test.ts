import { describe, expect, test } from 'vitest';
import { freePort } from '../../../scripts/stack/ports.ts';
import { createClient, DroverError } from '../src/index.ts';
import { json, problem, startScripted } from './scripted-server.ts';

const key = 'dev';
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (err) => err,
  );

describe('what a failed call tells', () => {
  test('everything that the problem document says', async () => {
    const errors = [{ pointer: '/payload/ms', message: 'expected a number' }];
    const headers = { 'x-request-id': 'r-1', 'retry-after': '90' };
    await using server = await startScripted([
      problem(422, 'invalid-submission', { errors, headers }),
    ]);
    const error = await failureOf(
      createClient({ url: server.url, key }).submit('demo.sleep', { ms: -1 }),
    );
    expect(error).toBeInstanceOf(DroverError);
    expect(error).toMatchObject({
      name: 'DroverError',
      code: 'invalid-submission',
      status: 422,
      detail: 'It is invalid-submission.',
      message: 'It is invalid-submission.',
      errors,
      problem: { type: '/problems/invalid-submission', errors },
      requestId: 'r-1',
      retryAfterMs: 90_000,
      attempts: 1,
    });
  });

  test('an error page of a proxy is an error with its status', async () => {
    await using server = await startScripted([
      (response) => response.writeHead(413, { 'content-type': 'text/html' }).end('<html>'),
    ]);
    expect(await failureOf(createClient({ url: server.url, key }).get('a'))).toMatchObject({
      code: 'http-error',
      status: 413,
      detail: `${server.url} answered 413 Payload Too Large.`,
      errors: [],
    });
  });

  test('an answer that is no JSON is no answer of a Drover', async () => {
    await using server = await startScripted([(response) => response.end('<html>')]);
    expect(await failureOf(createClient({ url: server.url, key }).get('a'))).toMatchObject({
      code: 'invalid-answer',
      status: 200,
      attempts: 1,
    });
  });

  test('a server that is not there is named, with the reason', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const error = await failureOf(createClient({ url, key, retries: 1 }).queues());
    expect(error).toMatchObject({
      code: 'network-error',
      status: undefined,
      detail: `${url} cannot be reached: ECONNREFUSED.`,
      attempts: 2,
    });
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test('a server that does not answer in time', async () => {
    await using server = await startScripted([() => undefined]);
    const client = createClient({ url: server.url, key, retries: 0, timeoutMs: 50 });
    expect(await failureOf(client.get('a'))).toMatchObject({ code: 'timed-out' });
  });

  test('a body that stops half-way is no answer', async () => {
    await using server = await startScripted([
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"id":');
        response.socket?.end();
      },
    ]);
    const client = createClient({ url: server.url, key, retries: 0 });
    expect(await failureOf(client.get('a'))).toMatchObject({ code: 'network-error' });
  });
});

test('an abort rejects with the reason of the signal, before and during the call', async () => {
  await using server = await startScripted([() => undefined]);
  const client = createClient({ url: server.url, key });
  const reason = new Error('enough');
  expect(await failureOf(client.get('a', { signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(server.received).toHaveLength(0);

  const controller = new AbortController();
  const failure = failureOf(client.get('a', { signal: controller.signal }));
  await expect.poll(() => server.received.length).toBe(1);
  controller.abort(reason);
  expect(await failure).toBe(reason);
});

describe('mistakes are told where they are made', () => {
  test.each([
    [{ url: 'localhost:3000' }, 'url:'],
    [{ url: 'ftp://localhost' }, 'url:'],
    [{ key: '' }, 'key:'],
    [{ key: 'a\nb' }, 'key:'],
    [{ retries: -1 }, 'retries:'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs:'],
  ])('%j', (wrong, message) => {
    expect(() => createClient({ url: 'http://localhost', key, ...wrong })).toThrow(message);
  });

  test.each(['', '.', '..'])('%j is no id', async (id) => {
    const client = createClient({ url: 'http://localhost:1', key });
    expect(await failureOf(client.get(id))).toBeInstanceOf(TypeError);
  });
});

test('the API may stand below a path, and ids are never taken for paths', async () => {
  await using server = await startScripted([json(200, {})]);
  const client = createClient({ url: `${server.url}/drover?x#y`, key: 'k-1', userAgent: 'acme/1' });
  await client.get('a/../b?c');
  expect(server.received[0]).toMatchObject({
    method: 'GET',
    path: '/drover/jobs/a%2F..%2Fb%3Fc',
    headers: { authorization: 'Bearer k-1', 'user-agent': 'acme/1', accept: 'application/json' },
  });
});
