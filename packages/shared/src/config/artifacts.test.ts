import { expect, test } from 'vitest';
import { artifactsProblems, artifactsUrl } from './artifacts.ts';

test.each([
  ['s3://drover', { bucket: 'drover', prefix: '' }],
  ['s3://drover/', { bucket: 'drover', prefix: '' }],
  ['s3://my.bucket/a/b/', { bucket: 'my.bucket', prefix: 'a/b' }],
])('takes %s', (text, parsed) => {
  expect(artifactsUrl.parse(text)).toEqual(parsed);
});

test.each([
  'drover',
  's3:/drover',
  's3://',
  's3://d',
  's3://a//b',
  's3://drover/../b',
  's3://drover/.',
  's3://drover/a?b',
  's3://user@drover/a',
  'https://drover/a',
])('refuses %s', (text) => {
  expect(artifactsUrl.safeParse(text).error?.issues[0]?.message).toBe(
    'expected a bucket such as s3://bucket/prefix',
  );
});

test('a key needs its secret, and an endpoint its bucket', () => {
  expect(artifactsProblems({ S3_ACCESS_KEY_ID: 'a' }).map(({ name }) => name)).toEqual([
    'S3_ACCESS_KEY_ID',
  ]);
  expect(
    artifactsProblems({ S3_SECRET_ACCESS_KEY: 'b', S3_ENDPOINT: 'http://x' }).map(
      ({ name }) => name,
    ),
  ).toEqual(['S3_SECRET_ACCESS_KEY', 'S3_ENDPOINT']);
  expect(artifactsProblems({ ARTIFACTS_URL: 'x', S3_ENDPOINT: 'http://x' })).toEqual([]);
});
