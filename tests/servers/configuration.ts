import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Config, loadConfig } from '../../packages/shared/src/config.ts';

/** A key prefix that no other test uses. */
export const randomPrefix = (): string => `test-${randomUUID().slice(0, 8)}`;

/** Environment of a Drover on the test run's servers, apart from every other one's. */
export const testEnvironment = (overrides: Record<string, string> = {}) => ({
  NODE_ENV: 'test',
  REDIS_URL: inject('redisUrl'),
  DATABASE_URL: inject('databaseUrl'),
  KEY_PREFIX: randomPrefix(),
  DATA_DIR: join(tmpdir(), `drover-data-${randomUUID().slice(0, 8)}`),
  LOG_LEVEL: 'silent',
  STARTUP_TIMEOUT: '10s',
  ...overrides,
});

/** The same as a checked configuration. */
export const testConfig = (overrides: Record<string, string> = {}): Config =>
  loadConfig(testEnvironment(overrides));
