import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFailure, encodeFailure } from './failure.ts';

const failure = {
  attempt: 2,
  code: 'timeout',
  message: 'did not\nfinish',
  retryable: true,
  worker: 'box:1',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 12,
};

test('a failure comes back as it went in, whatever its text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (message, stack) => {
      expect(decodeFailure(encodeFailure({ ...failure, message }, stack))).toEqual({
        ...failure,
        message,
      });
    }),
  );
});

test.each(['', 'Error: no', 'null', '{"code":1}', '{'])('%j is no failure of ours', (entry) => {
  expect(decodeFailure(entry)).toBeUndefined();
});
