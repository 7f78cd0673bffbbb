import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newJobId } from '../job-id.ts';
import { localArtifactStore } from './local-store.ts';
import type { ArtifactStore } from './store.ts';

let folder: string;
let store: ArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-artifacts-'));
  store = localArtifactStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const job = newJobId('media', 0);
const bytes = (text: string) => new TextEncoder().encode(text);
const contentOf = async (name: string, range?: { start: number; end: number }) => {
  const file = await store.find({ job, name });
  return file && String(await buffer(file.open(range)));
};

test('keeps bytes and streams, and gives them back whole or in part', async () => {
  expect(await store.put({ job, name: 'a.txt' }, bytes('hello world'))).toBe(11);
  expect(await store.put({ job, name: 'b.csv' }, Readable.from([bytes('1,'), bytes('2')]))).toBe(3);
  expect(await contentOf('a.txt')).toBe('hello world');
  expect(await contentOf('a.txt', { start: 6, end: 8 })).toBe('wor');
  expect(await contentOf('b.csv')).toBe('1,2');
});

test('knows media types by name', async () => {
  await store.put({ job, name: 'a.webp' }, bytes('x'));
  await store.put({ job, name: 'mystery' }, bytes('x'));
  expect(await store.find({ job, name: 'a.webp' })).toMatchObject({
    mediaType: 'image/webp',
    size: 1,
  });
  expect((await store.find({ job, name: 'mystery' }))?.mediaType).toBe('application/octet-stream');
});

test('a later file of the same name replaces the earlier one and changes the etag', async () => {
  await store.put({ job, name: 'a' }, bytes('one'));
  const before = await store.find({ job, name: 'a' });
  await store.put({ job, name: 'a' }, bytes('three'));
  const after = await store.find({ job, name: 'a' });
  expect(await contentOf('a')).toBe('three');
  expect(after?.etag).not.toBe(before?.etag);
});

test('a file that breaks off leaves nothing behind', async () => {
  const breaking = Readable.from(
    (function* () {
      yield bytes('half');
      throw new Error('source died');
    })(),
  );
  await expect(store.put({ job, name: 'a' }, breaking)).rejects.toThrow('source died');
  expect(await readdir(join(folder, job))).toEqual([]);
});

test('what is not there is not found', async () => {
  expect(await store.find({ job, name: 'none' })).toBeUndefined();
  expect(await store.find({ job: newJobId('media', 0), name: 'none' })).toBeUndefined();
});

test.each([
  [job, '../secret'],
  [job, '..'],
  [job, '.hidden'],
  [job, 'a/b'],
  [job, 'a\\b'],
  [job, 'a\0b'],
  [job, ''],
  [job, 'x'.repeat(129)],
  ['../media', 'a'],
  ['', 'a'],
])('refuses job %j with name %j', async (job, name) => {
  await expect(store.put({ job, name }, bytes('x'))).rejects.toMatchObject({
    code: 'artifact-name-invalid',
  });
  await expect(store.find({ job, name })).rejects.toMatchObject({ code: 'artifact-name-invalid' });
});
