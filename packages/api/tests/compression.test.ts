import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
let job: string;
beforeAll(async () => {
  api = await startApi();
  job = (await api.submit({ type: 'demo.echo', payload: { value: 1 } })).body.id;
  const artifact = (name: string) => ({ job, name });
  await api.artifacts.put(artifact('long.txt'), Buffer.from('0123456789'.repeat(5_000)));
  await api.artifacts.put(artifact('picture.webp'), Buffer.alloc(50_000));
});
afterAll(() => api[Symbol.asyncDispose]());

/** As it comes: `fetch` would ask for encodings by itself, and undo them. */
const getRaw = async (path: string, acceptEncoding?: string, more: Record<string, string> = {}) => {
  const headers = {
    authorization: `Bearer ${keys.acme}`,
    ...(acceptEncoding && { 'accept-encoding': acceptEncoding }),
    ...more,
  };
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  get(api.url + path, { headers }, resolve).on('error', reject);
  const response = await promise;
  return { status: response.statusCode, headers: response.headers, bytes: await buffer(response) };
};

const decoders = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync };

test.each([
  ['zstd, br, gzip', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
] as const)('who takes %s gets %s', async (accepted, encoding) => {
  const plain = await getRaw('/job-types');
  const encoded = await getRaw('/job-types', accepted);
  expect(encoded.headers['content-encoding']).toBe(encoding);
  expect(encoded.headers.vary).toMatch(/accept-encoding/);
  expect(encoded.headers.etag).toBe(plain.headers.etag);
  expect(encoded.bytes.length).toBeLessThan(plain.bytes.length / 2);
  expect(decoders[encoding](encoded.bytes)).toEqual(plain.bytes);
});

test.each([[undefined], ['identity'], ['deflate'], ['nonsense']])(
  'who takes %s gets it as it is',
  async (accepted) => {
    const answer = await getRaw('/job-types', accepted);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(JSON.parse(answer.bytes.toString())).toHaveProperty('items');
  },
);

test('a compressed text is 304 for who knows it', async () => {
  const { headers } = await getRaw('/job-types', 'br');
  const again = await getRaw('/job-types', 'br', { 'if-none-match': String(headers.etag) });
  expect({ status: again.status, length: again.bytes.length }).toEqual({ status: 304, length: 0 });
});

test('small answers and pictures are not worth it', async () => {
  for (const path of [`/jobs/${job}`, `/jobs/${job}/artifacts/picture.webp`]) {
    const answer = await getRaw(path, 'zstd, br, gzip');
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('content-encoding');
  }
});

test('a text file is compressed as it is read, under a weak tag; its parts are not', async () => {
  const path = `/jobs/${job}/artifacts/long.txt`;
  const plain = await getRaw(path);
  const encoded = await getRaw(path, 'gzip');
  expect(encoded.headers['content-encoding']).toBe('gzip');
  expect(encoded.headers.etag).toBe(`W/${plain.headers.etag}`);
  expect(gunzipSync(encoded.bytes)).toEqual(plain.bytes);
  const part = await getRaw(path, 'gzip', { range: 'bytes=0-2047' });
  expect(part.status).toBe(206);
  expect(part.headers).not.toHaveProperty('content-encoding');
  expect(part.headers.etag).toBe(plain.headers.etag);
});

test('a small file keeps its length', async () => {
  await api.artifacts.put({ job, name: 'short.txt' }, Buffer.from('0123456789'));
  const { headers } = await getRaw(`/jobs/${job}/artifacts/short.txt`, 'gzip');
  expect(headers).not.toHaveProperty('content-encoding');
  expect(headers['content-length']).toBe('10');
});
