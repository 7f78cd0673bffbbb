import { hash } from 'node:crypto';
import { loadConfig } from '@drover/shared/config';
import { describe, expect, test } from 'vitest';
import { lookAtAccess, lookAtEgress } from './access.ts';

const keyed = (key: string) =>
  JSON.stringify([{ hash: hash('sha256', key), tenant: 'acme', roles: ['admin'] }]);

const configOf = (environment: Record<string, string>) =>
  loadConfig({
    REDIS_URL: 'redis://:password@redis',
    DATABASE_URL: 'postgres://postgres/drover',
    ...environment,
  });

const production = { NODE_ENV: 'production', API_KEYS: keyed('k7Qm-long-and-random') };

test.each([
  ['development on all addresses', { HOST: '0.0.0.0' }, 'warn'],
  ['development on this machine', {}, 'ok'],
  ['production without a key', { NODE_ENV: 'production' }, 'warn'],
  ['production with the key "dev"', { ...production, API_KEYS: keyed('dev') }, 'fail'],
  ['production on this machine', production, 'ok'],
  ['production on all addresses', { ...production, HOST: '0.0.0.0' }, 'warn'],
  [
    'no token behind a proxy',
    { ...production, HOST: '0.0.0.0', TRUSTED_PROXIES: 'uniquelocal' },
    'ok',
  ],
  [
    'a token on all addresses',
    { ...production, HOST: '0.0.0.0', METRICS_TOKEN: 'sixteen-letters-and-more' },
    'ok',
  ],
  ['any origin', { ...production, CORS_ORIGINS: '*' }, 'warn'],
  ['a Redis without a password', { ...production, REDIS_URL: 'redis://redis' }, 'warn'],
])('%s', (_, environment, status) => {
  expect(lookAtAccess(configOf(environment)).map((finding) => finding.status)).toEqual([status]);
});

test('that /metrics asks for no token behind a proxy, is told', () => {
  const config = configOf({ ...production, HOST: '0.0.0.0', TRUSTED_PROXIES: 'uniquelocal' });
  expect(lookAtAccess(config)).toMatchObject([
    { status: 'ok', summary: expect.stringContaining('without METRICS_TOKEN') },
  ]);
});

describe('exceptions from the egress guard', () => {
  const looked = (allow: string) =>
    lookAtEgress(configOf({ ...production, EGRESS_ALLOW: allow })).map(({ status }) => status);

  test.each([
    '0.0.0.0/0',
    '169.254.0.0/16',
    '::/0',
    '127.0.0.1',
    'localhost',
    '*.internal',
    '*.com',
  ])('%s is too much', (entry) => {
    expect(looked(entry)).toEqual(['warn']);
  });

  test('hosts and ranges of a private network are not', () => {
    expect(looked('files.internal,*.svc.cluster.local,10.1.0.0/16,fd12::/16')).toEqual(['ok']);
  });
});
