import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const minimal = {
  REDIS_URL: 'redis://localhost:6379',
  DATABASE_URL: 'postgres://localhost/drover',
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

describe('loadConfig', () => {
  test('fills in every default', () => {
    const config = loadConfig(minimal);
    expect(config).toMatchObject({
      production: false,
      host: '127.0.0.1',
      ports: { api: 3000, worker: 3001, scheduler: 3002 },
      lifecycle: { graceMs: 25_000 },
      redis: { partitions: 1, keyPrefix: 'drover' },
    });
  });

  test('lists every problem at once, with the nearest name for a misspelt variable', () => {
    const problems = problemsOf({
      REDIS_URI: 'redis://localhost',
      DATABASE_URL: 'mysql://localhost',
      PORT: '70000',
      LOG_LEVEL: 'loud',
      SHUTDOWN_GRACE: 'soon',
      CONCURRENCY: 'media=0',
    });
    expect(problems).toEqual([
      'REDIS_URI is not a variable of Drover. Did you mean REDIS_URL?',
      expect.stringMatching(/^PORT: expected a whole number from 1 to 65535, got "70000"$/),
      expect.stringMatching(/^SHUTDOWN_GRACE: expected a duration such as .*, got "soon"$/),
      expect.stringMatching(/^REDIS_URL is required: .* Example: redis:\/\/localhost:6379$/),
      expect.stringMatching(/^DATABASE_URL: expected a URL such as postgres:/),
      expect.stringMatching(/^CONCURRENCY: expected queue=jobs pairs/),
      expect.stringMatching(/^LOG_LEVEL: expected one of trace, debug, .*, got "loud"$/),
    ]);
  });

  test.each([
    ['PORTT', 'PORT'],
    ['SHUTDOWN_GRACES', 'SHUTDOWN_GRACE'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['SMTP_URI', 'SMTP_URL'],
    ['Host', 'HOST'],
    ['PROT', 'PORT'],
  ])('refuses %s, which was meant to be %s', (wrong, right) => {
    expect(problemsOf({ ...minimal, [wrong]: '1' })).toEqual([
      `${wrong} is not a variable of Drover. Did you mean ${right}?`,
    ]);
  });

  test('takes a name beside the one that it resembles for somebody else’s', () => {
    expect(problemsOf({ ...minimal, REDIS_URI: 'redis://elsewhere' })).toEqual([]);
  });

  test('takes foreign variables for what they are', () => {
    const foreign = { PATH: '/bin', HOME: '/root', HOSTNAME: 'box', PWD: '/', SHELL: '/bin/sh' };
    expect(problemsOf({ ...minimal, ...foreign })).toEqual([]);
  });

  test('takes an empty value for none', () => {
    expect(loadConfig({ ...minimal, PORT: '', SMTP_URL: ' ' })).toMatchObject({
      ports: { api: 3000 },
      mail: { smtpUrl: undefined },
    });
  });

  test('never prints a secret', () => {
    const problems = problemsOf({
      REDIS_URL: 'http://:hunter2@localhost',
      DATABASE_URL: 'hunter2',
      API_KEYS: '["hunter2"]',
    });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('hunter2');
  });

  test('reads API keys and says which one is wrong', () => {
    const good = { hash: 'a'.repeat(64), tenant: 'acme', roles: ['submit'] };
    expect(loadConfig({ ...minimal, API_KEYS: JSON.stringify([good]) }).apiKeys).toEqual([
      { ...good, tier: 'free' },
    ]);
    const [problem] = problemsOf({
      ...minimal,
      API_KEYS: JSON.stringify([good, { ...good, roles: ['root'] }]),
    });
    expect(problem).toContain('[1.roles.0]');
  });

  test('takes origins, not addresses of pages, for CORS_ORIGINS', () => {
    const originsOf = (text: string) => loadConfig({ ...minimal, CORS_ORIGINS: text }).corsOrigins;
    expect(loadConfig(minimal).corsOrigins).toEqual([]);
    expect(originsOf('https://app.example.com, http://localhost:5173')).toEqual([
      'https://app.example.com',
      'http://localhost:5173',
    ]);
    expect(originsOf('*')).toEqual(['*']);
    for (const wrong of ['https://a.example/', 'a.example', 'https://a.example/path', 'null']) {
      expect(problemsOf({ ...minimal, CORS_ORIGINS: wrong })).toEqual([
        expect.stringMatching(/^CORS_ORIGINS: expected origins such as/),
      ]);
    }
  });
});
