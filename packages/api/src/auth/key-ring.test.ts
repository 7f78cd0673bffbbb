import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '@drover/shared/config/api-keys';
import { expect, test, vi } from 'vitest';
import { createKeyRing } from './key-ring.ts';

vi.mock('node:crypto', async (importOriginal) => {
  const crypto = await importOriginal<typeof import('node:crypto')>();
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) };
});

const apiKeyOf = (key: string): ApiKey => ({
  hash: createHash('sha256').update(key).digest('hex'),
  tenant: `tenant-of-${key}`,
  roles: ['submit'],
  tier: 'basic',
});

const names = Array.from({ length: 1_000 }, (_, n) => `key-${n}`);
const ring = createKeyRing(names.map(apiKeyOf), { production: true });

test('every key is found among many, with its tenant, roles and tier', () => {
  for (const name of names) {
    const { hash: _, ...caller } = apiKeyOf(name);
    expect(ring.find(name)).toEqual(caller);
  }
});

test.each(['key-0', 'key-999', 'key-1000', ''])(
  'for %j one comparison of two whole hashes decides, be it known or not',
  (key) => {
    vi.mocked(timingSafeEqual).mockClear();
    ring.find(key);
    const lengths = vi
      .mocked(timingSafeEqual)
      .mock.calls.map(([one, other]) => [one.byteLength, other.byteLength]);
    expect(lengths).toEqual([[32, 32]]);
  },
);

test('the development key is there outside of production only', () => {
  expect(ring.find('dev')).toBeUndefined();
  expect(createKeyRing([], { production: true }).empty).toBe(true);
  const development = createKeyRing([], { production: false });
  expect(development.empty).toBe(false);
  expect(development.find('dev')).toEqual({ tenant: 'dev', roles: ['admin'], tier: 'unlimited' });
});

test('what the configuration says of the key "dev" holds', () => {
  const configured = createKeyRing([apiKeyOf('dev')], { production: false });
  expect(configured.find('dev')).toMatchObject({ tenant: 'tenant-of-dev', roles: ['submit'] });
});
