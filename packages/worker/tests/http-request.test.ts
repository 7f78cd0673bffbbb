import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { JobContext } from '@drover/jobs/definition/context';
import { RetryLater } from '@drover/jobs/definition/errors';
import type { JobArtifacts, Services } from '@drover/jobs/definition/services';
import { httpRequest } from '@drover/jobs/http-request';
import { localArtifactStore } from '@drover/shared/artifacts/local-store';
import { mediaTypeOf } from '@drover/shared/artifacts/store';
import { newJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEgressAgent } from '../src/services/egress-guard.ts';
import { createCircuits } from '../src/services/http/circuits.ts';
import { createHttp } from '../src/services/http/http.ts';
import { createWebClient } from '../src/services/http/web-client.ts';
import { startSite, type WebSite } from './web-site.ts';

const maxBytes = 1_000_000;
const key = newJobId('http', 0);
const egress = createEgressAgent(['127.0.0.1', '127.0.0.3']);
let folder: string;
let site: WebSite;
/** Another origin that may be reached. */
let other: WebSite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-http-'));
  site = await startSite();
  other = await startSite({ host: '127.0.0.3' });
});
beforeEach(() => {
  for (const each of [site, other]) {
    each.arrived.length = 0;
    each.answer((response) => response.end());
  }
});
afterAll(async () => {
  await egress.destroy();
  await site[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const store = () => localArtifactStore(folder);

const artifacts: JobArtifacts = {
  put: async (name, content) => ({
    job: key,
    name,
    size: await store().put({ job: key, name }, content),
    mediaType: mediaTypeOf(name),
    url: `/jobs/${key}/artifacts/${name}`,
  }),
};

/** Runs the job type on the real services; each run has circuits of its own unless given. */
const run = async (
  payload: Record<string, unknown>,
  { signal = AbortSignal.timeout(10_000), circuits = createCircuits() } = {},
) => {
  const http = createHttp({ web: createWebClient(egress, circuits), maxBytes });
  const sources = {
    read: async (source: { base64: string }) => Buffer.from(source.base64, 'base64'),
  };
  const context = {
    payload: httpRequest.payload.parse({ method: 'GET', url: `${site.url}/`, ...payload }),
    services: { http, sources } as unknown as Services,
    artifacts,
    tenant: 'acme',
    key,
    signal,
  } as unknown as JobContext<unknown>;
  return httpRequest.result.parse(await httpRequest.run(context));
};

const answerWith = (body: string | Buffer, headers: Record<string, string> = {}, status = 200) =>
  site.answer((response) => response.writeHead(status, headers).end(body));

const contentOf = async (name: string) => {
  const file = await store().find({ job: key, name });
  return file && String(await buffer(file.open()));
};

describe('what is sent', () => {
  test('a JSON body, with the key of the job, the same for every attempt', async () => {
    await run({ method: 'POST', body: { a: [1] } });
    await run({ method: 'POST', body: { a: [1] } });
    expect(site.arrived).toHaveLength(2);
    for (const arrived of site.arrived) {
      expect(arrived).toMatchObject({
        method: 'POST',
        body: '{"a":[1]}',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          'user-agent': 'Drover',
        },
      });
    }
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('%s has a key too', async (method) => {
    await run({ method });
    expect(site.arrived[0]?.headers['idempotency-key']).toBe(key);
  });

  test('no key where it is not wanted or says nothing', async () => {
    await run({ method: 'POST', idempotencyKey: false });
    await run({ method: 'GET' });
    for (const { headers } of site.arrived) expect(headers).not.toHaveProperty('idempotency-key');
  });

  test('the submission’s own headers win', async () => {
    const headers = { 'Idempotency-Key': 'mine', 'Content-Type': 'text/csv', 'User-Agent': 'Me' };
    await run({ method: 'POST', body: 'a,b', headers });
    expect(site.arrived[0]).toMatchObject({
      body: 'a,b',
      headers: { 'idempotency-key': 'mine', 'content-type': 'text/csv', 'user-agent': 'Me' },
    });
  });

  test('text as it is, and files as bytes', async () => {
    await run({ method: 'PUT', body: 'plain ☃' });
    await run({ method: 'PUT', bodyFrom: { base64: 'AAEC' } });
    expect(site.arrived[0]).toMatchObject({
      body: 'plain ☃',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
    expect(site.arrived[1]).toMatchObject({
      body: '\0\x01\x02',
      headers: { 'content-type': 'application/octet-stream', 'content-length': '3' },
    });
  });
});

describe('what comes back', () => {
  test('JSON as a value', async () => {
    answerWith('{"id":7}', { 'content-type': 'application/vnd.x+json', 'x-request-id': 'r' }, 201);
    expect(await run({})).toMatchObject({
      status: 201,
      url: `${site.url}/`,
      headers: { 'x-request-id': 'r' },
      bodyType: 'json',
      body: { id: 7 },
    });
  });

  test.each([
    ['text', 'héllo', 'text/plain; charset=utf-8', 'text', 'héllo'],
    ['text in another charset', Buffer.from([0xe9]), 'text/html; charset=latin1', 'text', 'é'],
    ['text without a type', 'hello', '', 'text', 'hello'],
    ['JSON that is none', '{oops', 'application/json', 'text', '{oops'],
    ['bytes', Buffer.from([0, 255]), 'image/png', 'base64', 'AP8='],
    ['bytes that say that they are text', Buffer.from([255]), 'text/plain', 'base64', '/w=='],
    ['an unknown charset', 'x', 'text/plain; charset=klingon', 'base64', 'eA=='],
  ])('%s', async (_what, body, type, bodyType, expected) => {
    answerWith(body, type ? { 'content-type': type } : {});
    expect(await run({})).toMatchObject({ bodyType, body: expected });
  });

  test('nothing', async () => {
    answerWith('', {}, 204);
    expect(await run({})).toEqual({
      status: 204,
      url: `${site.url}/`,
      headers: expect.any(Object),
      bodyType: 'none',
    });
    answerWith('', { 'content-length': '5' });
    expect(await run({ method: 'HEAD' })).toMatchObject({ bodyType: 'none' });
  });

  test('no cookies: they are credentials', async () => {
    answerWith('', { 'set-cookie': 'session=secret', 'x-a': '1' });
    const { headers } = (await run({})) as { headers: Record<string, string> };
    expect(headers).toMatchObject({ 'x-a': '1' });
    expect(headers).not.toHaveProperty('set-cookie');
  });

  test('a large body as an artifact', async () => {
    answerWith('x'.repeat(200_000), { 'content-type': 'text/csv' });
    expect(await run({})).toMatchObject({
      bodyType: 'artifact',
      artifact: { name: 'body.csv', size: 200_000, mediaType: 'text/csv' },
    });
    expect(await contentOf('body.csv')).toBe('x'.repeat(200_000));
  });

  test('a body that is too large, even where it is compressed, is refused', async () => {
    answerWith('x'.repeat(maxBytes + 1));
    await expect(run({})).rejects.toMatchObject({ code: 'response-too-large' });
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(maxBytes);
    answerWith(bomb, { 'content-encoding': 'gzip', 'content-type': 'image/bmp' });
    await expect(run({})).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'response-too-large',
    });
    expect(await contentOf('body.bmp')).toBeUndefined();
  });

  test('JSON that is nested too deeply to be written again is text', async () => {
    const deep = '['.repeat(60_000) + ']'.repeat(60_000);
    answerWith(deep, { 'content-type': 'application/json' });
    expect(await run({})).toMatchObject({ bodyType: 'text', body: deep });
  });
});

describe('what is expected', () => {
  test('a status that is expected is a success', async () => {
    answerWith('', {}, 404);
    expect(await run({ expect: { status: [200, '4xx'] } })).toMatchObject({ status: 404 });
  });

  test('another one is final, and what the server says of it is kept', async () => {
    answerWith('{"error":"no such user"}', { 'content-type': 'application/json' }, 422);
    const { host } = new URL(site.url);
    await expect(run({ expect: { status: 200 } })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'unexpected-status',
      message: `${host} answered 422, expected 200; its body is the artifact refusal.json`,
    });
    expect(await contentOf('refusal.json')).toBe('{"error":"no such user"}');
  });

  test.each([408, 425, 429, 500, 502])('%d is worth a retry', async (status) => {
    answerWith('', {}, status);
    const failure = await run({}).catch((err: unknown) => err);
    expect(failure).toMatchObject({ code: 'unexpected-status' });
    expect(failure).not.toMatchObject({ name: 'PermanentError' });
    expect(failure).not.toBeInstanceOf(RetryLater);
  });

  test.each([429, 503])('%d with Retry-After waits as long, without an attempt', async (status) => {
    answerWith('', { 'retry-after': '30' }, status);
    const failure = (await run({}).catch((err: unknown) => err)) as RetryLater;
    expect(failure).toBeInstanceOf(RetryLater);
    expect(failure.delayMs).toBeGreaterThanOrEqual(30_000);
  });

  test('a body that is not as expected may be so at the next attempt', async () => {
    answerWith('{"state":"pending"}', { 'content-type': 'application/json' });
    const failure = run({ expect: { json: { '/state': 'done' } } });
    await expect(failure).rejects.toMatchObject({ name: 'CodedError', code: 'unexpected-body' });
    answerWith('{"state":"done"}', { 'content-type': 'application/json' });
    expect(await run({ expect: { json: { '/state': 'done' }, contains: 'done' } })).toMatchObject({
      body: { state: 'done' },
    });
  });
});

describe('redirects', () => {
  const redirect = (status: number, location: string) =>
    site.answer((response, { path }) => {
      if (path === '/end') response.end('arrived');
      else response.writeHead(status, { location }).end();
    });
  const secret = { authorization: 'Bearer s', cookie: 'a=b', 'x-api-key': 's' };

  test('are followed, with all headers where the origin stays', async () => {
    redirect(307, '/end');
    expect(await run({ method: 'POST', body: 'x', headers: secret })).toMatchObject({
      url: `${site.url}/end`,
      body: 'arrived',
    });
    expect(site.arrived[1]).toMatchObject({ method: 'POST', body: 'x', headers: secret });
  });

  test('to another origin lose what may be a secret', async () => {
    redirect(307, `${other.url}/end`);
    await run({ method: 'POST', body: 'x', headers: secret });
    expect(other.arrived[0]).toMatchObject({ method: 'POST', body: 'x' });
    for (const name of Object.keys(secret)) {
      expect(other.arrived[0]?.headers).not.toHaveProperty(name);
    }
  });

  test('303 asks with GET', async () => {
    redirect(303, '/end');
    await run({ method: 'POST', body: { a: 1 } });
    expect(site.arrived[1]).toMatchObject({ method: 'GET', body: '' });
    expect(site.arrived[1]?.headers).not.toHaveProperty('content-type');
  });

  test('are five at most', async () => {
    redirect(302, '/again');
    await expect(run({})).rejects.toMatchObject({ code: 'too-many-redirects' });
    expect(site.arrived).toHaveLength(6);
  });

  test('are answers like others when they are not to be followed', async () => {
    redirect(302, '/end');
    expect(await run({ followRedirects: false, expect: { status: 302 } })).toMatchObject({
      status: 302,
      headers: { location: '/end' },
    });
  });

  test.each([
    ['the network inside', 'http://127.0.0.2:80/', 'egress-refused'],
    ['an address of metadata', 'http://169.254.169.254/latest/', 'egress-refused'],
    ['an address with a password', 'http://a:s3cret@127.0.0.1/', 'egress-refused'],
    ['a file', 'file:///etc/passwd', 'redirect-refused'],
  ])('into %s are refused for good', async (_what, location, code) => {
    redirect(302, location);
    const failure = await run({}).catch((err: unknown) => err);
    expect(failure).toMatchObject({ name: 'PermanentError', code });
    expect(String(failure)).not.toContain('s3cret');
  });
});

describe('faults', () => {
  test('a host that is not there is worth a retry, and said by its code', async () => {
    await expect(run({ url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'egress-refused',
    });
    const gone = await startSite();
    await gone[Symbol.asyncDispose]();
    const { host } = new URL(gone.url);
    await expect(run({ url: gone.url })).rejects.toThrow(
      `${host} cannot be reached (ECONNREFUSED)`,
    );
  });

  test('an answer that breaks off is worth a retry', async () => {
    site.answer((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const failure = await run({}).catch((err: unknown) => err);
    expect(String(failure)).toMatch(/cannot be reached \(UND_ERR/);
    expect(failure).not.toMatchObject({ name: 'PermanentError' });
  });

  test('a request ends when its attempt does', async () => {
    const abort = new AbortController();
    site.answer(() => abort.abort(new Error('the attempt is over')));
    await expect(run({}, { signal: abort.signal })).rejects.toThrow('the attempt is over');
  });

  test('a host that is down is left alone after a while, and others are not harmed', async () => {
    const circuits = createCircuits();
    answerWith('', {}, 503);
    for (let n = 0; n < 5; n += 1) {
      await expect(run({}, { circuits })).rejects.not.toBeInstanceOf(RetryLater);
    }
    await expect(run({}, { circuits })).rejects.toBeInstanceOf(RetryLater);
    expect(site.arrived).toHaveLength(5);
    expect(await run({ url: other.url }, { circuits })).toMatchObject({ status: 200 });
  });
});
