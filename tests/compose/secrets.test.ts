import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../packages/shared/src/config.ts';
import { root } from './compose-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-secrets-'));
  for (const name of ['drover', 'redis', 'postgres', 'grafana']) mkdirSync(join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

const makeSecrets = () =>
  execFileSync('sh', [join(root, 'deploy/image/make-secrets')], {
    env: { PATH: process.env['PATH'], SECRETS_DIR: folder },
  });
const secret = (path: string) => readFileSync(join(folder, path), 'utf8').trim();

test('the first start makes passwords, which all agree on, and later starts keep them', () => {
  makeSecrets();
  const password = secret('redis/password');
  expect(password).toMatch(/^[0-9a-f]{64}$/);
  expect(secret('postgres/password')).not.toBe(password);
  expect(secret('redis/redis.conf')).toBe(`requirepass ${password}`);
  makeSecrets();
  expect(secret('redis/password')).toBe(password);
  const config = loadConfig({
    REDIS_URL_FILE: join(folder, 'drover/redis_url'),
    DATABASE_URL_FILE: join(folder, 'drover/database_url'),
    API_KEYS_FILE: join(folder, 'drover/api_keys'),
  });
  expect(config).toMatchObject({
    redis: { url: `redis://:${password}@redis:6379` },
    database: { url: `postgres://drover:${secret('postgres/password')}@postgres:5432/drover` },
    apiKeys: [],
  });
});
