import { expect, test } from 'vitest';
import { createRequests } from '../../bench/load/sending/calls.ts';
import { startSession } from '../../bench/load/sending/session.ts';
import { startServer } from './server.ts';

/** How long the server answers nobody, from the first request, in milliseconds. */
const stallMs = 600;

test('a stall of the server shows in all requests that were due meanwhile', async () => {
  let over: number | undefined;
  const keys = new Set<unknown>();
  await using server = await startServer((request, response) => {
    keys.add(request.headers['idempotency-key']);
    over ??= performance.now() + stallMs;
    const left = Math.max(0, over - performance.now());
    setTimeout(() => response.writeHead(202, { location: '/jobs/demo.0.a' }).end('{}'), left);
  });
  await using session = startSession({
    origins: [server.url],
    // What a client with one connection that waits for its answers would see: one slow request.
    connections: 1,
    requests: createRequests({
      mix: { submit: 1, read: 0, wait: 0, list: 0 },
      key: 'k',
      job: '{}',
      prefix: '',
      firstId: 'demo.0.a',
    }),
    stretchMs: 1_000,
    isMeasured: () => true,
    interrupted: new AbortController().signal,
  });

  const { tally } = await session.open({ name: 'all', ms: 400, rateAt: () => 200 });
  await session.settled();

  const { sent, ok, failed, latencyMs } = tally.figures();
  expect(failed).toBe(0);
  expect(sent).toBeGreaterThan(30);
  expect(ok).toBe(sent);
  expect(keys.size).toBe(sent);
  // All were due within 400 ms, and none was answered before the stall was over.
  expect(latencyMs.p50).toBeGreaterThan(150);
  expect(latencyMs.max).toBeGreaterThan(400);
});
