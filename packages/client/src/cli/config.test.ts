import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCliConfig } from './config.ts';

test('without an environment it is the server of `npm start`', () => {
  expect(loadCliConfig({})).toEqual({
    url: 'http://localhost:3000',
    key: 'dev',
    stateDir: join(homedir(), '.local/state/drover'),
  });
});

test('the environment names another server, another key and another place', () => {
  const env = { DROVER_URL: 'https://jobs.acme.test', DROVER_KEY: ' k ', XDG_STATE_HOME: '/state' };
  expect(loadCliConfig(env)).toEqual({
    url: 'https://jobs.acme.test',
    key: 'k',
    stateDir: '/state/drover',
  });
});

test('what is empty is not set, and a relative state folder is none', () => {
  const env = { DROVER_URL: '', DROVER_KEY: ' ', XDG_STATE_HOME: 'state' };
  expect(loadCliConfig(env)).toEqual(loadCliConfig({}));
});
