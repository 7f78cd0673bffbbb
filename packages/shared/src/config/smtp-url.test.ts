import { expect, test } from 'vitest';
import { smtpUrl } from './smtp-url.ts';

test.each([
  'smtp://mail.example.com',
  'smtps://user:pass%40word@mail.example.com:465',
  'smtp://127.0.0.1:25',
  'smtp://[::1]:25',
  'smtp://mailpit:1025/?requireTLS=false',
])('takes %s', (url) => {
  expect(smtpUrl.parse(url)).toBe(url);
});

test.each([
  ['mail.example.com:25', 'expected a URL such as'],
  ['http://mail.example.com', 'expected a URL such as'],
  ['smtp://', 'expected the name or address of a mail server'],
  ['smtp://:25', 'expected a'],
  ['smtp://a%20b', 'expected the name or address of a mail server'],
  ['smtp://mail..example', 'expected the name or address of a mail server'],
])('refuses %s', (url, message) => {
  expect(smtpUrl.safeParse(url).error?.issues[0]?.message).toContain(message);
});
