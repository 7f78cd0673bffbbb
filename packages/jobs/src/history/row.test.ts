import type { StoredJob } from '@drover/shared/queues/stored-job';
import { describe, expect, test } from 'vitest';
import { toRow } from './row.ts';

const id = 'demo.0.01kaj3y3xv8a6m1y6y8w2r4t5e';
const address = { id, queue: 'demo', partition: 0 };

const job: StoredJob = {
  place: 'waiting',
  name: 'demo.echo',
  data: { tenant: 'acme', payload: { text: 'hello' } },
  opts: { attempts: 3 },
  priority: 5,
  timestamp: Date.parse('2026-01-31T12:00:00Z'),
  dueAt: undefined,
  progress: null,
  attemptsMade: 0,
  attemptsStarted: 0,
  processedOn: undefined,
  finishedOn: undefined,
  worker: undefined,
  traces: [],
  latestTrace: '',
  returnvalue: null,
  deferredFailure: false,
  logged: 0,
  losses: '',
};

const rowOf = (changes: Partial<StoredJob>) =>
  toRow(address, { ...job, ...changes }, 7, '{drover-0}');

describe('the row of a job', () => {
  test('has the time in its id, and the moment of the read', () => {
    expect(rowOf({})).toMatchObject({
      id,
      submittedAt: '2025-11-21T02:29:47.579Z',
      createdAt: '2026-01-31T12:00:00.000Z',
      seenAt: 7,
    });
  });

  test('names its schedule and its step', () => {
    const step = { workflow: 'workflow.0.x', step: 'resize', index: 0 };
    const schedule = { schedule: 'acme/nightly/eu', run: '1' };
    const data = { tenant: 'acme', payload: null, settle: { step, schedule } };
    expect(rowOf({ data })).toMatchObject({
      schedule: 'nightly/eu',
      workflow: 'workflow.0.x',
      step: 'resize',
    });
  });

  test('says of a job that was buried that its worker was lost', () => {
    expect(rowOf({ place: 'failed', deferredFailure: true, finishedOn: 1 })).toMatchObject({
      status: 'failed',
      errorCode: 'worker-lost',
    });
  });

  test('has no character that Postgres refuses', () => {
    const data = { tenant: 'acme', payload: { 'a\0b': 'c\0d' }, tags: ['e\0f'] };
    const row = rowOf({ data, name: 'demo.e\0cho' });
    expect(
      JSON.stringify(Object.entries(row ?? {}).filter(([field]) => field !== 'resource')),
    ).not.toContain('\\u0000');
    expect(row?.resource).not.toContain('\0');
    expect(JSON.parse(row?.resource ?? '')).toMatchObject({ payload: { 'a\0b': 'c\0d' } });
  });

  test.each([
    ['no data', null],
    ['data of somebody else', { tenant: 7 }],
    ['a placeholder', undefined],
  ])('there is none for a job with %s', (_what, data) => {
    expect(rowOf({ data })).toBeUndefined();
  });

  test('there is none for a job with an id that is none of ours', () => {
    expect(toRow({ ...address, id: '17' }, job, 7, '{drover-0}')).toBeUndefined();
  });
});

describe('the text that is searched', () => {
  test('is of type and its parts, tags, error and payload', () => {
    const data = { tenant: 'a', payload: { to: ['x@y.z', { n: 42 }] }, tags: ['vip'] };
    expect(rowOf({ data })?.text).toBe('demo.echo demo echo vip  x@y.z 42 ');
  });

  test('ends after 8 192 characters, however much or deep the payload is', () => {
    let deep: unknown = 'end';
    for (let n = 0; n < 500; n += 1) deep = [deep];
    const payload = { deep, many: Array.from({ length: 100_000 }, () => 'word') };
    const { text = '' } = rowOf({ data: { tenant: 'a', payload } }) ?? {};
    expect(text.length).toBeLessThanOrEqual(8_200);
    expect(text.length).toBeGreaterThan(8_000);
  });
});
