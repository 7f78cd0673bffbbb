import { expect, test } from 'vitest';
import { otlpHeaders } from './otlp-headers.ts';

test('headers are read as OpenTelemetry writes them', () => {
  expect(otlpHeaders.parse('')).toEqual({});
  expect(otlpHeaders.parse('Authorization=Bearer%20a%3Db, x-tenant = acme ,')).toEqual({
    authorization: 'Bearer a=b',
    'x-tenant': 'acme',
  });
  expect(otlpHeaders.parse('authorization=Basic abc==')).toEqual({ authorization: 'Basic abc==' });
});

test.each(['authorization', '=x', 'a b=c', 'x=%zz', 'x=%0d%0ay:z'])('%j is refused', (text) => {
  expect(otlpHeaders.safeParse(text).success).toBe(false);
});
