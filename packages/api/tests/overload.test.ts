import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Answer, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** Keeps the event loop busy, which the API shares with this test. */
const stall = (ms: number) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

const untilRefused = async (): Promise<Answer> => {
  for (let answer = await api.ask('/job-types'); ; answer = await api.ask('/job-types')) {
    if (answer.status !== 200) return answer;
    stall(700);
  }
};

test('a process that cannot keep up turns calls away, answers probes, and recovers', async () => {
  const refused = await untilRefused();
  expect(refused).toMatchObject({ status: 503, body: { type: '/problems/overloaded' } });
  expect(refused.headers.get('retry-after')).toBe('2');
  expect((await api.ask('/live', { key: null })).status).toBe(200);
  await vi.waitFor(async () => expect((await api.ask('/job-types')).status).toBe(200), {
    timeout: 10_000,
  });
});
