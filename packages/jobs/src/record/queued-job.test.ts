import { expect, test } from 'vitest';
import { z } from 'zod';
import { submissionOptions } from '../contract/submission.ts';
import { defineJob } from '../definition/define-job.ts';
import { toQueuedJob } from './queued-job.ts';

const define = (more: Partial<Parameters<typeof defineJob>[0]> = {}) =>
  defineJob({
    type: 'test.job',
    queue: 'demo',
    summary: 'For a test.',
    payload: z.unknown(),
    result: z.unknown(),
    run: () => null,
    ...more,
  });

const queued = (type: ReturnType<typeof define>, options?: object) =>
  toQueuedJob(
    { type, payload: 1, tenant: 'acme', options: options && submissionOptions.parse(options) },
    { partitions: 1 },
  );

test('what a submission leaves out comes from its type', () => {
  const job = queued(define({ priority: 2, expiresIn: '1h', retention: '2d' }));
  expect(job.opts).toEqual({ attempts: 3, priority: 2 });
  expect(job.data).toEqual({
    tenant: 'acme',
    payload: 1,
    expiresAt: job.timestamp + 3_600_000,
    retention: 172_800_000,
  });
});

test('what neither names comes from the system, and takes no room', () => {
  const job = queued(define());
  expect(job.opts).toEqual({ attempts: 3, priority: 5 });
  expect(job.data).toEqual({ tenant: 'acme', payload: 1 });
});

test('the submission has the last word', () => {
  const type = define({ priority: 2, expiresIn: '1h', retention: '2d' });
  const job = queued(type, { priority: 9, expiresIn: 5, retention: 7, attempts: 1 });
  expect(job.opts).toEqual({ attempts: 1, priority: 9 });
  expect(job.data).toMatchObject({ expiresAt: job.timestamp + 5, retention: 7 });
});

test('the expiry of a type begins when its job may run', () => {
  const job = queued(define({ expiresIn: '1h' }), { delay: '2h' });
  expect(job.data.expiresAt).toBe(job.timestamp + 3 * 3_600_000);
});

test('a type with a priority out of range cannot be defined', () => {
  expect(() => define({ priority: 11 })).toThrow(/priority/);
});
