import { expect, test } from 'vitest';
import { duplicateNames } from './duplicate-names.ts';

test('a name that stands twice is found, however it is written', () => {
  const text = '{"steps": {"a": {"x": [1, {"y": 1, "y": 2}]}, "b": 1, "\\u0061": 2}}';
  expect(duplicateNames(text)).toEqual([
    { pointer: '/steps/a/x/1/y', message: 'this name stands twice' },
    { pointer: '/steps/a', message: 'this name stands twice' },
  ]);
});

test.each([
  '{"a": "a", "b": ["a", "a"], "c": {"a": 1}}',
  '{"a": "{\\"a\\": 1, \\"a\\": 2}"}',
  '["a", "a"]',
  '"a"',
  '{}',
])('values are no names: %s', (text) => expect(duplicateNames(text)).toEqual([]));
