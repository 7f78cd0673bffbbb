import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { derivedJobId, newJobId, parseJobId, submittedAt } from './job-id.ts';
import { maxPartition } from './keys.ts';

test('an id leads back to its queue and partition', () => {
  const queues = fc.constantFrom('media', 'mail', 'view-refresh');
  fc.assert(
    fc.property(queues, fc.integer({ min: 0, max: maxPartition }), (queue, partition) => {
      const id = newJobId(queue, partition);
      expect(parseJobId(id)).toEqual({ id, queue, partition });
    }),
  );
});

test('one seed makes one id, another seed another, and both sort by their time', () => {
  const seeds = fc.tuple(fc.string(), fc.string()).filter(([one, other]) => one !== other);
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1 }), ([one, other], at) => {
      const id = derivedJobId('mail', 3, { seed: one, at });
      expect(derivedJobId('mail', 3, { seed: one, at })).toBe(id);
      expect(derivedJobId('mail', 3, { seed: other, at })).not.toBe(id);
      expect(parseJobId(id)).toEqual({ id, queue: 'mail', partition: 3 });
      expect(derivedJobId('mail', 3, { seed: other, at: at + 1 }) > id).toBe(true);
    }),
  );
});

test.each([
  '',
  'media',
  'media.0',
  'media.0.short',
  'media.00.01k3mxyzxyzxyzxyzxyzxyzxyz',
  'media.9999.01k3mxyzxyzxyzxyzxyzxyzxyz',
  'MEDIA.0.01k3mxyzxyzxyzxyzxyzxyzxyz',
  'media.0.01K3MXYZXYZXYZXYZXYZXYZXYZ',
  'media:0.01k3mxyzxyzxyzxyzxyzxyzxyz',
  '../media.0.01k3mxyzxyzxyzxyzxyzxyzxyz',
  'media.0.01k3mxyzxyzxyzxyzxyzxyzxyz\n',
])('%j is no job id', (text) => {
  expect(parseJobId(text)).toBeUndefined();
});

test('whatever is thrown at it, it answers', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseJobId(text);
    }),
  );
});

test('an id tells when it was made', () => {
  const before = Date.now();
  const at = submittedAt(newJobId('http', 3)) ?? 0;
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
  expect(submittedAt('nonsense')).toBeUndefined();
});

test('ids of one process sort as they were made, also in one millisecond', () => {
  const made = Array.from({ length: 2_000 }, () => newJobId('mail', 0));
  expect(made.toSorted()).toEqual(made);
});

test('an id tells the time of a clock that was set back', () => {
  vi.useFakeTimers({ now: 2_000_000_000_000 });
  newJobId('mail', 0);
  vi.setSystemTime(1_900_000_000_000);
  expect(submittedAt(newJobId('mail', 0))).toBe(1_900_000_000_000);
  vi.useRealTimers();
});
