import { expect, test } from 'vitest';
import { printable, printableJson, printableLine } from './printable.ts';

test('text of a job cannot steer the terminal', () => {
  expect(printable('a\u001b[31mred\u001b[0m \u001b]0;title\u0007b\u009b2Jc\rd\be\u0000')).toBe(
    'ared bcde',
  );
  expect(printable('tab\there\nnext ½ 🐎')).toBe('tab  here\nnext ½ 🐎');
  expect(printableLine('one\n  two\r\nthree')).toBe('one two three');
});

test('JSON stays the same value', () => {
  const value = { text: 'a\u001b[31m\u009b2J\u007f½' };
  const json = printableJson(value);
  expect(json).toBe('{"text":"a\\u001b[31m\\u009b2J\\u007f½"}');
  expect(JSON.parse(json)).toEqual(value);
  expect(printableJson(undefined)).toBe('null');
});
