import { expect, test } from 'vitest';
import { apiKeys } from './api-keys.ts';

const keyWith = (digit: string, more: object = {}) => ({
  hash: digit.repeat(64),
  tenant: 'acme',
  roles: ['submit'],
  ...more,
});

const messagesOf = (keys: unknown[]): string[] =>
  apiKeys.safeParse(JSON.stringify(keys)).error?.issues.map(({ message }) => message) ?? [];

test('a tenant may have many keys, of different roles and tiers', () => {
  const keys = [keyWith('a', { tier: 'basic' }), keyWith('b', { roles: ['read'], tier: 'free' })];
  expect(apiKeys.parse(JSON.stringify(keys))).toEqual(keys);
});

test('a key that is there twice is refused, wherever it is and without its hash', () => {
  const keys = [keyWith('a'), keyWith('b'), keyWith('a', { tenant: 'other' })];
  expect(messagesOf(keys)).toEqual(['[2.hash] this key is there twice']);
});
