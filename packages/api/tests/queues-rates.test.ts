import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type QueueFixture, queueFixture } from './queue-fixtures.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

const minute = 60_000;

let api: RunningApi;
let parts: [QueueFixture, QueueFixture];
beforeAll(async () => {
  api = await startApi({ PARTITIONS: '2' });
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  // BullMQ takes the minute from the clock of the process; only that clock is moved.
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime('2040-01-01T12:00:10Z');
  parts = [queueFixture(api, 'demo', 0), queueFixture(api, 'demo', 1)];
});
afterEach(async () => {
  await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()));
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const rates = async () => (await api.ask('/queues/demo', { key: keys.operator })).body.rates;

test('they are means over the last five full minutes, over all partitions', async () => {
  const [one, other] = parts;
  for (let i = 0; i < 4; i += 1) await one.succeeded();
  await other.succeeded();
  await other.failed();
  expect(await rates()).toEqual({ succeededPerMinute: 0, failedPerMinute: 0 });
  pass(minute);
  expect(await rates()).toEqual({ succeededPerMinute: 1, failedPerMinute: 0.2 });
  for (let i = 0; i < 5; i += 1) await one.succeeded();
  expect(await rates()).toEqual({ succeededPerMinute: 1, failedPerMinute: 0.2 });
  pass(3 * minute);
  expect(await rates()).toEqual({ succeededPerMinute: 2, failedPerMinute: 0.2 });
});

test('a minute leaves them after five more, whether jobs finish or not', async () => {
  const [one] = parts;
  for (let i = 0; i < 10; i += 1) await one.succeeded();
  pass(5 * minute);
  expect(await rates()).toMatchObject({ succeededPerMinute: 2 });
  await one.succeeded();
  expect(await rates()).toMatchObject({ succeededPerMinute: 2 });
  pass(minute);
  expect(await rates()).toMatchObject({ succeededPerMinute: 0.2 });
  pass(5 * minute);
  expect(await rates()).toMatchObject({ succeededPerMinute: 0 });
});

test('they fall to nothing when jobs finish no more, and start anew after a day', async () => {
  const [one] = parts;
  for (let i = 0; i < 10; i += 1) await one.succeeded();
  pass(6 * minute);
  expect(await rates()).toMatchObject({ succeededPerMinute: 0 });
  pass(1_440 * minute);
  await one.succeeded();
  pass(minute);
  expect(await rates()).toMatchObject({ succeededPerMinute: 0.2 });
});
