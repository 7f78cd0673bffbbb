import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError, examineConfig, loadConfig, loadDatabaseConfig } from '../config.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-value-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const minimal = {
  REDIS_URL: 'redis://localhost:6379',
  DATABASE_URL: 'postgres://localhost/drover',
};

const fileWith = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(env);
  } catch (err) {
    if (err instanceof ConfigError) return err.problems;
    throw err;
  }
  return [];
};

test('a value is read from the file that <NAME>_FILE names, without its last line break', () => {
  const config = loadConfig({
    REDIS_URL_FILE: fileWith('redis', 'redis://:secret@redis:6379\n'),
    DATABASE_URL: minimal.DATABASE_URL,
    PORT_FILE: fileWith('port', '4000'),
  });
  expect(config).toMatchObject({
    redis: { url: 'redis://:secret@redis:6379' },
    ports: { api: 4000 },
  });
});

test('preparing the database reads files, too', () => {
  const DATABASE_URL_FILE = fileWith('database', 'postgres://a:b@c/d\n');
  expect(loadDatabaseConfig({ DATABASE_URL_FILE })).toMatchObject({ url: 'postgres://a:b@c/d' });
});

test('an empty file leaves its variable unset', () => {
  const env = {
    ...minimal,
    SMTP_URL_FILE: fileWith('smtp', '\n'),
    PORT_FILE: fileWith('none', ''),
  };
  expect(loadConfig(env)).toMatchObject({ mail: { smtpUrl: undefined }, ports: { api: 3000 } });
});

test('a file that cannot be read is the one problem told of its variable', () => {
  const path = join(folder, 'missing');
  expect(problemsOf({ DATABASE_URL: minimal.DATABASE_URL, REDIS_URL_FILE: path })).toEqual([
    `REDIS_URL_FILE: the file "${path}" cannot be read (ENOENT)`,
  ]);
});

test('who goes on without a file is told which variable lacks its value', () => {
  const { config, problems, unusable } = examineConfig({
    ...minimal,
    METRICS_TOKEN_FILE: join(folder, 'missing'),
  });
  expect(unusable).toEqual(['METRICS_TOKEN']);
  expect(problems).toHaveLength(1);
  expect(config.metrics.token).toBeUndefined();
});

test('a value and a file are not both taken', () => {
  expect(problemsOf({ ...minimal, REDIS_URL_FILE: fileWith('both', 'redis://elsewhere') })).toEqual(
    ['REDIS_URL_FILE: REDIS_URL is set, too. Set one of both.'],
  );
});

test('a wrong secret from a file is not printed', () => {
  const env = { ...minimal, SMTP_URL_FILE: fileWith('wrong', 'http://user:hush@mail') };
  expect(problemsOf(env).join()).toMatch(/^SMTP_URL: /);
  expect(problemsOf(env).join()).not.toContain('hush');
});

test('a misspelt name of a file is told', () => {
  expect(problemsOf({ ...minimal, API_KEY_FILE: '/run/secrets/api_keys' })).toEqual([
    'API_KEY_FILE is not a variable of Drover. Did you mean API_KEYS_FILE?',
  ]);
});
