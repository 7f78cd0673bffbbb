import { expect, test } from 'vitest';
import { loadCliConfig } from './config.ts';

test('without an environment it is the server of `npm start`', () => {
  expect(loadCliConfig({})).toEqual({ url: 'http://localhost:3000', key: 'dev' });
});

test('the environment names another server and another key', () => {
  const env = { DROVER_URL: 'https://jobs.acme.test', DROVER_KEY: ' k ' };
  expect(loadCliConfig(env)).toEqual({ url: 'https://jobs.acme.test', key: 'k' });
});

test('what is empty is not set', () => {
  expect(loadCliConfig({ DROVER_URL: '', DROVER_KEY: ' ' })).toEqual(loadCliConfig({}));
});
