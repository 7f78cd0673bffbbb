import { createCatalog } from '@drover/jobs/catalog';
import { Problem } from '@drover/shared/http/problem';
import { expect, test } from 'vitest';
import { editableText, payloadOf } from './edited-payload.ts';

const catalog = createCatalog({ production: false });
const read = (text: string, current: unknown = { value: 0 }, type = 'demo.echo') =>
  payloadOf(text, { current, type, catalog });

const refusal = (text: string, type?: string): Problem => {
  try {
    read(text, undefined, type);
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
  }
  throw new Error('it was taken');
};

test('a changed payload is taken, the same one is none', () => {
  expect(read('{"value": [1, "two"]}')).toEqual({ payload: { value: [1, 'two'] } });
  expect(read(' {\r\n "value": 0 } ')).toBeUndefined();
});

test.each([
  ['{"value": 1,}', /JSON/],
  ['', /JSON/],
  ['{"value": 1, "value": 2}', /twice|same/i],
  ['{"value": 12345678901234567890}', /./],
  [`{"value": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /deep/],
  ['{"__proto__": {}, "value": 1}', /./],
  [`{"value": "${'x'.repeat(1_100_000)}"}`, /1 MiB/],
])('what is no payload is refused, and why is said: %#', (text, why) => {
  const { status, errors, message } = refusal(text);
  expect(status).toBe(422);
  expect(`${message} ${errors?.map((err) => err.message).join()}`).toMatch(why);
});

test('what does not fit the type is told with its place', () => {
  const { errors } = refusal('{"failures": "many"}', 'demo.fail');
  expect(errors?.map(({ pointer }) => pointer)).toEqual(['/payload/failures']);
});

test('the payload of a type that clients cannot submit stays as it is', () => {
  expect(refusal('{"a": 1}', 'dead-letters.redrive').code).toBe('unknown-job-type');
});

test('all of a payload is there to be changed', () => {
  const large = { value: 'x'.repeat(300_000) };
  expect(JSON.parse(editableText(large))).toEqual(large);
});
