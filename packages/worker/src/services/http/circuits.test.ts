import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { CodedError } from '@drover/shared/errors';
import { newJobId } from '@drover/shared/job-id';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Circuits, createCircuits } from './circuits.ts';

/** Longest first pause: it is drawn by chance. */
const pause = 1_000;
const longEnough = 60_000;

let circuits: Circuits;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  circuits = createCircuits({ initialDelay: pause, maxDelay: 10 * pause });
});
afterEach(() => {
  vi.useRealTimers();
});

const ok = async () => ({ status: 200 });
const refuse = async () => {
  throw new Error('connect ECONNREFUSED');
};
const owner = (changes: Partial<Parameters<Circuits['ask']>[0]> = {}) => ({
  tenant: 'acme',
  origin: 'https://a.example',
  key: newJobId('http', 0),
  ...changes,
});
type Ask = () => Promise<{ status: number }>;
const outcomeOf = (ask: Ask, who = owner()) =>
  circuits.ask(who, ask).then(
    ({ status }) => status,
    (err: unknown) => (err instanceof RetryLater ? 'postponed' : 'failed'),
  );
const many = async (ask: Ask, who = owner()) => {
  const outcomes = [];
  for (let n = 0; n < 7; n += 1) outcomes.push(await outcomeOf(ask, who));
  return outcomes;
};
const opened = ['failed', 'failed', 'failed', 'failed', 'failed', 'postponed', 'postponed'];

test('a host that fails five times in a row is left alone', async () => {
  expect(await many(refuse)).toEqual(opened);
  const asked = vi.fn(ok);
  expect(await outcomeOf(asked)).toBe('postponed');
  expect(asked).not.toHaveBeenCalled();
});

test('a probe that is canceled does not close the circuit', async () => {
  await many(refuse);
  vi.setSystemTime(Date.now() + longEnough);
  const cancel = async () => {
    throw new DOMException('canceled', 'AbortError');
  };
  expect(await outcomeOf(cancel)).toBe('failed');
  expect(await outcomeOf(ok)).toBe('postponed');
});

test('others are not harmed: another host, another tenant', async () => {
  await many(refuse);
  expect(await outcomeOf(ok, owner({ origin: 'https://b.example' }))).toBe(200);
  expect(await outcomeOf(ok, owner({ origin: 'https://a.example:8443' }))).toBe(200);
  expect(await outcomeOf(ok, owner({ tenant: 'other' }))).toBe(200);
});

test('answers that say that the host is down count, other answers do not', async () => {
  for (const status of [502, 503, 504]) {
    const who = owner({ origin: `https://${status}.example` });
    expect((await many(async () => ({ status }), who)).at(-1)).toBe('postponed');
  }
  for (const status of [200, 404, 429, 500]) {
    const who = owner({ origin: `https://${status}.example` });
    expect(new Set(await many(async () => ({ status }), who))).toEqual(new Set([status]));
  }
});

test.each([
  ['a refusal', new PermanentError('no', { code: 'egress-refused' })],
  ['a cancellation', new CodedError('canceled', 'no')],
  ['an abort', new DOMException('no', 'AbortError')],
])('%s says nothing of the host', async (_what, err) => {
  const ask = async () => {
    throw err;
  };
  expect(new Set(await many(ask))).toEqual(new Set(['failed']));
});

test('that the time of an attempt ran out counts', async () => {
  const ask = async () => {
    throw new CodedError('timeout', 'did not finish');
  };
  expect(await many(ask)).toEqual(opened);
});

test('a success in between begins the count anew', async () => {
  const outcomes = [];
  for (let n = 0; n < 12; n += 1) outcomes.push(await outcomeOf(n % 4 === 3 ? ok : refuse));
  expect(outcomes).not.toContain('postponed');
});

test('after the pause one request probes the host, while others wait', async () => {
  await many(refuse);
  vi.setSystemTime(Date.now() + longEnough);
  let answer = (_: { status: number }) => {};
  const probe = outcomeOf(() => new Promise((resolve) => (answer = resolve)));
  expect(await outcomeOf(ok)).toBe('postponed');
  answer({ status: 200 });
  expect(await probe).toBe(200);
  expect(await many(ok)).toEqual(Array(7).fill(200));
});

test('a probe that fails begins another pause', async () => {
  await many(refuse);
  vi.setSystemTime(Date.now() + longEnough);
  expect(await outcomeOf(refuse)).toBe('failed');
  expect(await outcomeOf(ok)).toBe('postponed');
});

test('a job that has waited for a day fails like any other, so that none circles for ever', async () => {
  await many(refuse);
  const old = owner();
  vi.setSystemTime(Date.now() + 24 * 3_600_000 - 1);
  await outcomeOf(refuse, owner());
  expect(await outcomeOf(ok, old)).toBe('postponed');
  vi.setSystemTime(Date.now() + 2);
  expect(await outcomeOf(ok, old)).toBe('failed');
});
