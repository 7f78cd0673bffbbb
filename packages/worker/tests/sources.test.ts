import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { addJobs } from '@drover/jobs/adding/add-jobs';
import { jobTypes } from '@drover/jobs/catalog';
import { RetryLater } from '@drover/jobs/definition/errors';
import type { Sources } from '@drover/jobs/definition/services';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { localArtifactStore } from '@drover/shared/artifacts/local-store';
import { newJobId } from '@drover/shared/job-id';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { createEgressAgent } from '../src/services/egress-guard.ts';
import { createCircuits } from '../src/services/http/circuits.ts';
import { createWebClient } from '../src/services/http/web-client.ts';
import { createSources } from '../src/services/sources.ts';

const maxBytes = 1_000;
const log = silentLog();
let folder: string;
let site: Server;
let sources: Sources;
let addJobOf: (tenant: string) => Promise<string>;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-sources-'));
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const queues = createQueueSet({ redis, keys: createKeys(randomPrefix()), log });
  const artifacts = localArtifactStore(folder);
  const egress = createEgressAgent(['127.0.0.1']);
  const web = createWebClient(egress, createCircuits());
  sources = createSources({ web, artifacts, queues, maxBytes, maxStreamBytes: 2 * maxBytes });
  site = createServer((request, response) => {
    const [, status = '200', size = '5', retryAfter] = (request.url ?? '').split('/');
    const headers = {
      'content-length': size,
      ...(retryAfter && { 'retry-after': retryAfter }),
    };
    response.writeHead(Number(status), headers).end('x'.repeat(Number(size)));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));

  addJobOf = async (tenant) => {
    const job = toQueuedJob({ type: jobTypes[0], payload: {}, tenant }, { partitions: 1 });
    await addJobs(queues, [{ job }]);
    await artifacts.put({ job: job.id, name: 'file.txt' }, Buffer.from(`of ${tenant}`));
    return job.id;
  };
  closing.push(
    () => egress.destroy(),
    () => queues.stop(deadlineIn(1_000)),
    () => redisComponent(redis).stop(deadlineIn(1_000)),
    () => rm(folder, { recursive: true }),
  );
});
afterAll(async () => {
  site.closeAllConnections();
  site.close();
  for (const close of closing) await close();
});

const options = (tenant = 'acme') => ({
  // Each test has circuits of its own: they are kept by tenant.
  tenant,
  signal: AbortSignal.timeout(5_000),
});
const read = async (
  source: Parameters<Sources['read']>[0],
  more: { tenant?: string; key?: string } = {},
) => String(await sources.read(source, { ...options(more.tenant), ...more }));
const at = (path: string) => ({
  url: `http://127.0.0.1:${(site.address() as AddressInfo).port}${path}`,
});

test('a source is the web, the submission itself or an earlier job’s file', async () => {
  expect(await read(at('/200/7'))).toBe('xxxxxxx');
  expect(await read({ base64: Buffer.from('inline').toString('base64') })).toBe('inline');
  const job = await addJobOf('acme');
  expect(await read({ artifact: { job, name: 'file.txt' } })).toBe('of acme');
});

test('another tenant’s file is as good as missing', async () => {
  const job = await addJobOf('other');
  await expect(read({ artifact: { job, name: 'file.txt' } })).rejects.toMatchObject({
    code: 'source-not-found',
  });
});

test.each([
  ['a job that is not there', { job: newJobId('mail', 0), name: 'file.txt' }],
  ['a text that is no job', { job: '../..', name: 'file.txt' }],
])('%s has no file', async (_what, artifact) => {
  await expect(read({ artifact })).rejects.toMatchObject({ code: 'source-not-found' });
});

test.each([400, 401, 403, 404, 410])('an answer of %d is final', async (status) => {
  await expect(read(at(`/${status}`))).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'source-not-found',
  });
});

test.each([408, 429, 500, 503])('an answer of %d is worth a retry', async (status) => {
  const failure = await read(at(`/${status}`)).catch((err: unknown) => err);
  expect(failure).toMatchObject({ name: 'Error', message: expect.stringContaining(`${status}`) });
});

test.each([429, 503])('an answer of %d that asks to wait is honoured', async (status) => {
  const key = newJobId('media', 0);
  const failure = await read(at(`/${status}/5/30`), { key }).catch((err: unknown) => err);
  expect(failure).toBeInstanceOf(RetryLater);
  expect((failure as RetryLater).delayMs).toBeGreaterThanOrEqual(30_000);
});

test('a host that is down is left alone for a while', async () => {
  const key = newJobId('media', 0);
  const who = { tenant: 'unlucky', key };
  for (let n = 0; n < 5; n += 1) await read(at('/503'), who).catch(() => undefined);
  await expect(read(at('/200'), who)).rejects.toBeInstanceOf(RetryLater);
  expect(await read(at('/200'), { tenant: 'lucky', key })).toBe('xxxxx');
});

test('a source can be streamed, up to a larger limit, and tells its size', async () => {
  const open = async (path: string) => {
    const { content, size } = await sources.open(at(path), options());
    return { text: await text(content), size };
  };
  const longer = maxBytes + 500;
  expect(await open(`/200/${longer}`)).toEqual({ text: 'x'.repeat(longer), size: longer });
  await expect(open(`/200/${2 * maxBytes + 1}`)).rejects.toMatchObject({
    code: 'source-too-large',
  });
  const inline = await sources.open({ base64: 'AAEC' }, options());
  expect(inline.size).toBe(3);
  const job = await addJobOf('acme');
  const file = await sources.open({ artifact: { job, name: 'file.txt' } }, options());
  expect({ text: await text(file.content), size: file.size }).toEqual({ text: 'of acme', size: 7 });
});

test('a source that is too large is refused', async () => {
  expect(await read(at(`/200/${maxBytes}`))).toHaveLength(maxBytes);
  await expect(read(at(`/200/${maxBytes + 1}`))).rejects.toMatchObject({
    code: 'source-too-large',
  });
});

test('an address inside the network is refused', async () => {
  const { port } = site.address() as AddressInfo;
  await expect(read({ url: `http://127.0.0.2:${port}/` })).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'source-refused',
  });
});

test.each(['http://127.0.0.1:1/', 'http://user:secret@127.0.0.1/'])(
  'what fetch never does is refused for good: %s',
  async (url) => {
    const refusal = await read({ url }).catch((err: unknown) => err);
    expect(refusal).toMatchObject({ name: 'PermanentError', code: 'source-refused' });
    expect(String(refusal)).not.toContain('secret');
  },
);

test('a source that cannot be reached says why', async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await expect(read({ url: `http://127.0.0.1:${port}/` })).rejects.toThrow(
    `127.0.0.1:${port} cannot be reached (ECONNREFUSED)`,
  );
});
