import { expect, test } from 'vitest';
import { createReachability } from './reachability.ts';

test.each([
  ['https://example.com/', true],
  ['https://8.8.8.8/', true],
  ['https://[2606:4700::1111]/', true],
  ['http://127.0.0.1/', false],
  ['http://127.1/', false],
  ['http://0x7f000001/', false],
  ['http://2130706433/', false],
  ['http://0/', false],
  ['http://10.1.2.3/', false],
  ['http://192.168.0.1:8080/', false],
  ['http://169.254.169.254/latest', false],
  ['http://[::1]/', false],
  ['http://[::ffff:10.0.0.1]/', false],
  ['http://[fd00::1]/', false],
  ['http://localhost/', false],
  ['http://LOCALHOST./', false],
  ['http://a.localhost/', false],
  ['http://localhost.example.com/', true],
])('%s: %s', (url, may) => {
  expect(createReachability([])(url)).toBe(may);
});

test('exceptions are kept', () => {
  const mayReach = createReachability(['10.1.0.0/16', 'localhost']);
  expect(mayReach('http://10.1.2.3/')).toBe(true);
  expect(mayReach('http://10.2.2.3/')).toBe(false);
  expect(mayReach('http://localhost:3000/')).toBe(true);
});
