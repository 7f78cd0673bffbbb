import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type S3Server, startS3Server } from '../../../tests/servers/s3-server.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

describe.each(['a folder', 'an S3-compatible store'])('from %s', (kind) => {
  let api: RunningApi;
  let server: S3Server | undefined;
  let job: string;
  beforeAll(async () => {
    server = kind === 'a folder' ? undefined : await startS3Server();
    api = await startApi(server?.environment);
    job = (await api.submit({ type: 'demo.echo', payload: { value: 1 } })).body.id;
    await api.artifacts.put({ job, name: 'digits.txt' }, Buffer.from('0123456789'));
    await api.artifacts.put({ job, name: 'page.html' }, Buffer.from('<script>alert(1)</script>'));
    await api.artifacts.put({ job, name: 'picture.svg' }, Buffer.from('<svg/>'));
    await api.artifacts.put({ job, name: 'mystery' }, Buffer.from('?'));
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const get = (name: string, headers: Record<string, string> = {}, key: string = keys.acme) =>
    api.ask(`/jobs/${job}/artifacts/${name}`, { headers, key });

  test('a file comes whole, with its type, size and tag', async () => {
    const answer = await get('digits.txt');
    expect({ status: answer.status, text: answer.text }).toEqual({
      status: 200,
      text: '0123456789',
    });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.headers.get('content-length')).toBe('10');
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
    const unchanged = await get('digits.txt', {
      'if-none-match': answer.headers.get('etag') ?? '',
    });
    expect({ status: unchanged.status, text: unchanged.text }).toEqual({ status: 304, text: '' });
    expect((await get('digits.txt', { 'if-none-match': '*' })).status).toBe(304);
  });

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=5-999', 206, '56789', 'bytes 5-9/10'],
    ['bytes=0-1,4-5', 200, '0123456789', null],
    ['lines=0-1', 200, '0123456789', null],
    ['nonsense', 200, '0123456789', null],
  ])('Range: %s → %d', async (range, status, text, contentRange) => {
    const answer = await get('digits.txt', { range });
    expect({ status: answer.status, text: answer.text }).toEqual({ status, text });
    expect(answer.headers.get('content-range')).toBe(contentRange);
  });

  test('a range beyond the end is refused with the size', async () => {
    const answer = await get('digits.txt', { range: 'bytes=20-30' });
    expect(answer.status).toBe(416);
    expect(answer.headers.get('content-range')).toBe('bytes */10');
  });

  test('a range of a file that has changed meanwhile is answered with the whole file', async () => {
    const answer = await get('digits.txt', { range: 'bytes=0-3', 'if-range': '"old"' });
    expect({ status: answer.status, text: answer.text }).toEqual({
      status: 200,
      text: '0123456789',
    });
  });

  test('HEAD tells the size and sends nothing', async () => {
    const answer = await api.ask(`/jobs/${job}/artifacts/digits.txt`, { method: 'HEAD' });
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '' });
    expect(answer.headers.get('content-length')).toBe('10');
  });

  test.each([
    ['page.html', /^text\/html/],
    ['picture.svg', /^image\/svg\+xml/],
    ['mystery', /^application\/octet-stream$/],
  ])('%s cannot run in a browser', async (name, type) => {
    const { headers } = await get(name);
    expect(headers.get('content-type')).toMatch(type);
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-disposition')).toBe(`inline; filename="${name}"`);
  });

  test('a file that a later attempt has replaced has another tag', async () => {
    const before = await get('mystery');
    await api.artifacts.put({ job, name: 'mystery' }, Buffer.from('!'));
    const tag = before.headers.get('etag') ?? '';
    const after = await get('mystery', { 'if-none-match': tag });
    expect({ status: after.status, text: after.text }).toEqual({ status: 200, text: '!' });
  });

  test.each(['none.txt', '..%2f..%2fpackage.json', '.hidden', 'a%00b', 'a%5cb', '*'])(
    '%s is not found',
    async (name) => {
      expect(await get(name)).toMatchObject({
        status: 404,
        body: { type: '/problems/artifact-not-found' },
      });
    },
  );

  test('another tenant’s file is as good as missing', async () => {
    const answer = await get('digits.txt', {}, keys.other);
    expect(answer).toMatchObject({ status: 404, body: { type: '/problems/job-not-found' } });
  });
});

test('a store that does not answer is said to be the fault, and soon', async () => {
  const server = await startS3Server();
  await using api = await startApi(server.environment);
  const job = (await api.submit({ type: 'demo.echo', payload: { value: 1 } })).body.id;
  await server[Symbol.asyncDispose]();
  const answer = await api.ask(`/jobs/${job}/artifacts/a.txt`);
  expect(answer).toMatchObject({ status: 503, body: { type: '/problems/store-unavailable' } });
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.text).not.toContain(new URL(server.url).port);
});
