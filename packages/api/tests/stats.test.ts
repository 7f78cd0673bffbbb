import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndedJob } from '../../../tests/ended-jobs.ts';
import { keys } from './running-api.ts';
import { type StatsApi, startStatsApi } from './stats-fixtures.ts';

const endedAt = '2026-03-01T10:30:00Z';

const jobs: EndedJob[] = [
  { id: '1', endedAt, ran: 100, waited: 10 },
  { id: '2', endedAt, ran: 100, waited: 10, attempts: 3 },
  { id: '3', endedAt, status: 'failed', ran: 100, waited: 10, attempts: 5 },
  { id: '4', endedAt: '2026-03-01T12:00:00Z', type: 'email.send', ran: 4_000, waited: 1 },
  { id: '5', endedAt: '2026-03-02T00:00:00Z', status: 'canceled', ran: null },
  { id: '6', endedAt: null, status: 'running' },
  { id: '7', endedAt, tenant: 'other', status: 'expired', ran: null },
];

let stats: StatsApi;
beforeAll(async () => {
  stats = await startStatsApi(jobs);
});
afterAll(() => stats[Symbol.asyncDispose]());

const read = async (query: Record<string, string>, key: string = keys.acme) => {
  const { status, body, text } = await stats.api.ask(`/stats?${new URLSearchParams(query)}`, {
    key,
  });
  expect(status, text).toBe(200);
  return body;
};

const morning = { since: '2026-03-01T10:00:00Z', until: '2026-03-01T13:00:00Z' };

test('every hour is told, with outcomes, retries and durations, and all of them together', async () => {
  const { by, since, until, series, totals } = await read(morning);
  expect({ by, since, until }).toEqual({
    by: 'hour',
    since: '2026-03-01T10:00:00.000Z',
    until: '2026-03-01T13:00:00.000Z',
  });
  expect(series).toMatchObject([
    {
      at: '2026-03-01T10:00:00.000Z',
      jobs: 3,
      outcomes: { succeeded: 2, failed: 1, canceled: 0, expired: 0 },
      retries: 6,
    },
    { at: '2026-03-01T11:00:00.000Z', jobs: 0, retries: 0, wait: null, run: null },
    { at: '2026-03-01T12:00:00.000Z', jobs: 1, outcomes: { succeeded: 1 } },
  ]);
  expect(totals).toMatchObject({ jobs: 4, retries: 6, outcomes: { succeeded: 3, failed: 1 } });
  expect(Math.abs(totals.run.p50 - 100)).toBeLessThanOrEqual(5);
  expect(Math.abs(totals.run.p99 - 4_000)).toBeLessThanOrEqual(200);
  expect(Math.abs(totals.wait.p95 - 10)).toBeLessThanOrEqual(1);
});

test('the types are told apart, the most frequent first', async () => {
  expect((await read(morning)).types).toMatchObject([
    { type: 'demo.echo', jobs: 3, outcomes: { succeeded: 2, failed: 1 } },
    { type: 'email.send', jobs: 1 },
  ]);
  const { type, totals, types } = await read({ ...morning, type: 'email.send' });
  expect({ type, jobs: totals.jobs, types: types.length }).toEqual({
    type: 'email.send',
    jobs: 1,
    types: 1,
  });
  expect(await read({ ...morning, type: 'no.such' })).toMatchObject({ totals: { jobs: 0 } });
});

test('days are those of UTC', async () => {
  const days = { by: 'day', since: '2026-03-01T05:00:00+02:00', until: '2026-03-02T00:00:01Z' };
  const { series, totals, types } = await read(days);
  expect(series).toMatchObject([
    { at: '2026-03-01T00:00:00.000Z', jobs: 4 },
    { at: '2026-03-02T00:00:00.000Z', jobs: 1, outcomes: { canceled: 1 }, run: null },
  ]);
  expect(totals).toMatchObject({ jobs: 5, outcomes: { succeeded: 3, failed: 1, canceled: 1 } });
  expect(types).toMatchObject([
    { type: 'demo.echo', jobs: 4 },
    { type: 'email.send', jobs: 1 },
  ]);
});

test('a tenant sees its own jobs only', async () => {
  expect((await read(morning, keys.other)).totals).toMatchObject({
    jobs: 1,
    outcomes: { expired: 1 },
  });
});

test('an answer is known by its ETag', async () => {
  const path = `/stats?${new URLSearchParams(morning)}`;
  const { headers } = await stats.api.ask(path);
  expect(headers.get('age')).toMatch(/^\d+$/);
  const known = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
  expect((await stats.api.ask(path, known)).status).toBe(304);
});

test('without a time, it is the last day, or the last 30', async () => {
  expect((await read({})).series.length).toBeGreaterThanOrEqual(24);
  expect((await read({ by: 'day' })).series.length).toBeGreaterThanOrEqual(30);
});

test.each([
  ['by=week', 'by'],
  ['since=yesterday', 'since'],
  ['since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z', 'before until'],
  ['since=2026-01-01T00:00:00Z&until=2026-03-01T00:00:00Z', '31 days by the hour'],
  ['by=day&since=2020-01-01T00:00:00Z&until=2026-03-01T00:00:00Z', '400 days by the day'],
  ['since=0000-01-01T00:00:00Z', '1970'],
  ['until=9999-12-31T23:59:59Z', '2999'],
  ['type=*', 'job type'],
  ["type='; drop table drover.jobs; --", 'job type'],
  ['type=%00', 'job type'],
  ['tenant=other', 'unknown: tenant'],
])('%s is refused', async (query, fault) => {
  const { status, body } = await stats.api.ask(`/stats?${query}`);
  expect({ status, code: body.type }).toEqual({
    status: 400,
    code: '/problems/invalid-parameters',
  });
  expect(body.detail).toContain(fault);
});

test('a key without the role "read" sees none', async () => {
  expect((await stats.api.ask('/stats', { key: keys.submitOnly })).status).toBe(403);
});
