import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3Key, startS3Server } from '../../../tests/servers/s3-server.ts';
import { localArtifactStore } from '../src/artifacts/local-store.ts';
import { s3ArtifactStore } from '../src/artifacts/s3-store.ts';
import type { ArtifactStore } from '../src/artifacts/store.ts';
import { CodedError } from '../src/errors.ts';
import { newJobId } from '../src/job-id.ts';

/** A store of a test's own. */
interface OwnStore extends AsyncDisposable {
  store: ArtifactStore;
  /** What there is of a job: files, and parts of files that were not finished. */
  leftovers(job: string): Promise<string[]>;
}

/** Every file below a folder whose path contains the text. */
const filesOf = async (folder: string, text: string) => {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && join(entry.parentPath, entry.name).includes(text))
    .map((entry) => entry.name);
};

const startLocal = async (): Promise<OwnStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-artifacts-'));
  return {
    store: localArtifactStore(join(folder, 'artifacts')),
    leftovers: (job) => filesOf(folder, job),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
};

const s3At = (bucket: string, endpoint: string, credentials = s3Key) => ({
  bucket,
  prefix: 'kept/here',
  endpoint,
  region: 'us-east-1',
  pathStyle: true,
  credentials,
});

const startS3 = async (): Promise<OwnStore> => {
  const server = await startS3Server();
  return {
    store: s3ArtifactStore(s3At(server.bucket, server.url), 'drover'),
    leftovers: async (job) => [
      ...(await filesOf(server.folder, job)),
      ...(await filesOf(server.folder, '_multipart')),
    ],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

/** A server that is running somewhere, with a bucket of that run's own: see CONTRIBUTING.md. */
const startS3Of = (url: string) => async (): Promise<OwnStore> => {
  const { origin, username, password } = new URL(url);
  const Bucket = `drover-test-${randomUUID()}`;
  const s3 = s3At(Bucket, origin, { accessKeyId: username, secretAccessKey: password });
  const client = new S3Client({ ...s3, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket }));
  return {
    store: s3ArtifactStore(s3, 'drover'),
    leftovers: async (job) => {
      const objects = await client.send(new ListObjectsV2Command({ Bucket }));
      const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket }));
      return [...(objects.Contents ?? []), ...(uploads.Uploads ?? [])]
        .map(({ Key }) => Key ?? '')
        .filter((key) => key.includes(job));
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
};

const external = process.env['S3_TEST_URL'];

const bytes = (text: string) => new TextEncoder().encode(text);

const stores: [what: string, start: () => Promise<OwnStore>][] = [
  ['a folder', startLocal],
  ['an S3-compatible store', startS3],
];
if (external) stores.push(['the S3-compatible store of S3_TEST_URL', startS3Of(external)]);

describe.each(stores)('%s', (_what, start) => {
  let own: OwnStore;
  let store: ArtifactStore;
  beforeAll(async () => {
    own = await start();
    store = own.store;
  });
  afterAll(() => own[Symbol.asyncDispose]());

  const contentOf = async (
    job: string,
    name: string,
    range?: { start: number; end: number },
  ): Promise<string | undefined> => {
    const file = await store.find({ job, name });
    return file && String(await buffer(file.open(range)));
  };

  test('keeps bytes and streams, and gives them back whole or in part', async () => {
    const job = newJobId('media', 0);
    expect(await store.put({ job, name: 'a.txt' }, bytes('hello world'))).toBe(11);
    const stream = Readable.from([bytes('1,'), bytes('2')]);
    expect(await store.put({ job, name: 'b.csv' }, stream)).toBe(3);
    expect(await contentOf(job, 'a.txt')).toBe('hello world');
    expect(await contentOf(job, 'a.txt', { start: 6, end: 8 })).toBe('wor');
    expect(await contentOf(job, 'a.txt', { start: 0, end: 0 })).toBe('h');
    expect(await contentOf(job, 'b.csv')).toBe('1,2');
  });

  test('keeps an empty file', async () => {
    const job = newJobId('media', 0);
    expect(await store.put({ job, name: 'none' }, new Uint8Array())).toBe(0);
    expect(await store.find({ job, name: 'none' })).toMatchObject({ size: 0 });
    expect(await contentOf(job, 'none')).toBe('');
  });

  test('keeps a stream of many parts as it was', async () => {
    const job = newJobId('media', 0);
    const chunk = Buffer.alloc(1_000_003, 'drover');
    const many = function* () {
      for (let n = 0; n < 20; n += 1) yield chunk;
    };
    expect(await store.put({ job, name: 'large.bin' }, Readable.from(many()))).toBe(20_000_060);
    const file = await store.find({ job, name: 'large.bin' });
    expect(file?.size).toBe(20_000_060);
    const back = await buffer(file?.open() ?? Readable.from([]));
    expect(back.equals(Buffer.concat([...many()]))).toBe(true);
    expect(await contentOf(job, 'large.bin', { start: 1_000_003, end: 1_000_008 })).toBe('drover');
  });

  test('knows media types by name', async () => {
    const job = newJobId('media', 0);
    await store.put({ job, name: 'a.webp' }, bytes('x'));
    await store.put({ job, name: 'mystery' }, bytes('x'));
    const webp = await store.find({ job, name: 'a.webp' });
    expect(webp).toMatchObject({ mediaType: 'image/webp', size: 1 });
    expect((await store.find({ job, name: 'mystery' }))?.mediaType).toBe(
      'application/octet-stream',
    );
  });

  test('a later file of the same name replaces the earlier one and changes the etag', async () => {
    const job = newJobId('media', 0);
    await store.put({ job, name: 'a' }, bytes('one'));
    const before = await store.find({ job, name: 'a' });
    await store.put({ job, name: 'a' }, bytes('two'));
    const after = await store.find({ job, name: 'a' });
    expect(await contentOf(job, 'a')).toBe('two');
    expect(after?.etag).toMatch(/^"[^"]+"$/);
    expect(after?.etag).not.toBe(before?.etag);
  });

  test.each([
    ['at once', 0],
    ['after several parts', 20],
  ])('a stream that breaks off %s leaves nothing behind', async (_when, megabytes) => {
    const job = newJobId('media', 0);
    const died = new CodedError('source-died', 'source died');
    const breaking = Readable.from(
      (function* () {
        for (let n = 0; n < megabytes; n += 1) yield Buffer.alloc(1_000_000);
        yield bytes('half');
        throw died;
      })(),
    );
    await expect(store.put({ job, name: 'half.bin' }, breaking)).rejects.toBe(died);
    expect(await store.find({ job, name: 'half.bin' })).toBeUndefined();
    expect(await own.leftovers(job)).toEqual([]);
  });

  test('a stream that breaks off leaves the earlier file of its name as it was', async () => {
    const job = newJobId('media', 0);
    await store.put({ job, name: 'a' }, bytes('first'));
    const breaking = (async function* () {
      yield bytes('second');
      throw new Error('source died');
    })();
    await expect(store.put({ job, name: 'a' }, breaking)).rejects.toThrow('source died');
    expect(await contentOf(job, 'a')).toBe('first');
  });

  test('what is not there is not found', async () => {
    const job = newJobId('media', 0);
    expect(await store.find({ job, name: 'none' })).toBeUndefined();
    await store.put({ job, name: 'some' }, bytes('x'));
    expect(await store.find({ job, name: 'none' })).toBeUndefined();
  });

  test('removes the files of a job, all of them and no others', async () => {
    const [gone, kept] = [newJobId('media', 0), newJobId('media', 0)];
    for (let n = 0; n < 20; n += 1) await store.put({ job: gone, name: `${n}.txt` }, bytes('x'));
    await store.put({ job: kept, name: 'a.txt' }, bytes('kept'));
    await store.remove(gone);
    await store.remove(gone);
    expect(await store.find({ job: gone, name: '7.txt' })).toBeUndefined();
    expect(await store.jobs(1_000)).not.toContain(gone);
    expect(await contentOf(kept, 'a.txt')).toBe('kept');
  });

  test('lists jobs that have files, in order and in pieces', async () => {
    const listed = newJobId('zoo', 0);
    const jobs = [listed, newJobId('zoo', 0), newJobId('zoo', 1), newJobId('zoo', 10)].sort();
    for (const job of jobs) {
      await store.put({ job, name: '-first' }, bytes('x'));
      await store.put({ job, name: 'zz.zz' }, bytes('x'));
    }
    const all = await store.jobs(1_000, 'zo');
    expect(all).toEqual(jobs);
    expect(await store.jobs(2, 'zo')).toEqual(jobs.slice(0, 2));
    expect(await store.jobs(2, jobs[1])).toEqual(jobs.slice(2));
    expect(await store.jobs(2, jobs[3])).toEqual([]);
  });

  const job = newJobId('media', 0);
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
  ])('refuses job %j with name %j', async (at, name) => {
    const refused = { code: 'artifact-name-invalid' };
    await expect(store.put({ job: at, name }, bytes('x'))).rejects.toMatchObject(refused);
    await expect(store.find({ job: at, name })).rejects.toMatchObject(refused);
  });

  test.each(['..', '', '*', 'media', '../../etc'])('removes nothing for %j', async (at) => {
    await expect(store.remove(at)).rejects.toMatchObject({ code: 'artifact-name-invalid' });
  });
});

describe('an S3-compatible store that fails', () => {
  const put = (store: ArtifactStore) =>
    store.put({ job: newJobId('media', 0), name: 'a' }, bytes('x'));

  test('is named without its address when it cannot be reached; a check lets that pass', async () => {
    const server = await startS3Server();
    await server[Symbol.asyncDispose]();
    const store = s3ArtifactStore(s3At(server.bucket, server.url), 'drover');
    const failure = await put(store).catch((err: unknown) => err);
    expect(failure).toMatchObject({
      code: 'artifacts-unavailable',
      message: 'the artifact store does not work: ECONNREFUSED',
    });
    await expect(store.find({ job: newJobId('media', 0), name: 'a' })).rejects.toMatchObject({
      code: 'artifacts-unavailable',
    });
    expect(await store.check()).toBe('the artifact store does not work: ECONNREFUSED');
  });

  test('is found out at the start when it says no', async () => {
    await using server = await startS3Server();
    const right = s3ArtifactStore(s3At(server.bucket, server.url), 'drover');
    expect(await right.check()).toBeUndefined();
    const store = s3ArtifactStore(s3At('no-such-bucket', server.url), 'drover');
    await expect(store.check()).rejects.toMatchObject({
      code: 'artifacts-misconfigured',
      message: expect.stringContaining('"no-such-bucket" of ARTIFACTS_URL'),
    });
    await expect(put(store)).rejects.toMatchObject({ code: 'artifacts-unavailable' });
  });
});
