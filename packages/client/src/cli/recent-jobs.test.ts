import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RecentJob, recentJobs } from './recent-jobs.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'drover-recent-')), 'state');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const server = 'http://localhost:3000';
const job = (number: number, more: Partial<RecentJob> = {}): RecentJob => ({
  server,
  id: `demo.0.${number}`,
  type: 'demo.echo',
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('the jobs of a server, newest first', async () => {
  const recent = recentJobs(folder);
  expect(await recent.of(server)).toEqual([]);
  await recent.remember(job(1));
  await recent.remember(job(2, { server: 'http://other' }));
  await recent.remember(job(3));
  expect(await recentJobs(folder).of(server)).toEqual([job(3), job(1)]);
});

test('those who write at once lose nothing', async () => {
  await Promise.all(numbers(90).map((number) => recentJobs(folder).remember(job(number))));
  const ids = (await recentJobs(folder).of(server)).map(({ id }) => id);
  expect(ids.toSorted()).toEqual(
    numbers(90)
      .map((number) => job(number).id)
      .toSorted(),
  );
});

test('the last hundred are kept, and the file stays small', async () => {
  const recent = recentJobs(folder);
  await recent.remember(job(-1, { server: 'http://other' }));
  const type = 'x'.repeat(1_000);
  for (const number of numbers(250)) await recent.remember(job(number, { type }));
  const ids = (await recent.of(server)).map(({ id }) => id);
  expect(ids).toHaveLength(100);
  expect([ids[0], ids[99]]).toEqual(['demo.0.249', 'demo.0.150']);
  expect(await recent.of('http://other')).toHaveLength(1);
  expect((await stat(join(folder, 'jobs.ndjson'))).size).toBeLessThan(250_000);
  expect(await readdir(folder)).toEqual(['jobs.ndjson']);
});

test('half a line does no harm', async () => {
  const recent = recentJobs(folder);
  await recent.remember(job(1));
  await appendFile(join(folder, 'jobs.ndjson'), '{"server":"htt\n[]\n');
  await recent.remember(job(2));
  expect(await recent.of(server)).toEqual([job(2), job(1)]);
});
