import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newJobId, parseJobId } from './job-id.ts';
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
