import fc from 'fast-check';
import type { DescribedOperation, Description } from './openapi-checker.ts';

/** As much of a JSON Schema as values are made from. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  maxLength?: number;
}

const strings: Record<string, fc.Arbitrary<string>> = {
  email: fc.emailAddress(),
  uri: fc.webUrl(),
  'date-time': fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  base64: fc.base64String(),
};

/** Values that fit a schema, or nearly. */
export const valuesOf = (schema: Schema, description: Description): fc.Arbitrary<unknown> => {
  const of = (part: Schema) => valuesOf(part, description);
  const options = schema.oneOf ?? schema.anyOf;
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return of(description.components.schemas[name] as Schema);
  }
  if (options) return fc.oneof(...options.map(of));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, part]) => [name, of(part)]),
        ),
        { requiredKeys: schema.required ?? [] },
      );
    case 'array':
      return fc.array(of(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, -1_000),
        max: Math.min(schema.maximum ?? 1_000, 1_000),
      });
    case 'number':
      return fc.double({ min: 0, max: 1, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return strings[schema.format ?? ''] ?? fc.oneof(fc.string(), fc.constantFrom('1s', '5m'));
    default:
      return fc.jsonValue();
  }
};

const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const echo = (json: string) => `{"type":"demo.echo","payload":{"value":${json}}}`;
const withOptions = (json: string) =>
  `{"type":"demo.echo","payload":{"value":1},"options":${json}}`;

/** Bodies that have broken servers before. */
export const hostileBodies: readonly (string | Uint8Array<ArrayBuffer>)[] = [
  '{"__proto__":{"admin":true}}',
  echo('{"constructor":{"prototype":{"admin":true}}}'),
  withOptions(JSON.stringify({ tags: Array.from({ length: 10_000 }, (_, n) => `t${n}`) })),
  withOptions('{"priority":1e308,"attempts":-0,"delay":9007199254740993}'),
  withOptions('{"runAt":"9999-12-31T23:59:59Z","tags":["\\u0000"]}'),
  withOptions('{"dedupe":{"key":"\\u0000","mode":"throttle","ttl":"10y"}}'),
  echo(nested(100)),
  echo(nested(20_000)),
  echo('"\\u0000\\ud800\\uffff"'),
  echo(`1${'0'.repeat(400)}`),
  echo('1e400'),
  echo('-12345678901234567890'),
  `{"jobs":[${Array.from({ length: 1_001 }, () => echo('1')).join(',')}]}`,
  `{"jobs":[${echo('"\\u0000"')},null,[],{},7,"x"]}`,
  '{"type":"constructor","payload":{}}',
  '{"type":"__proto__","payload":{}}',
  `{"type":"${'x'.repeat(100_000)}","payload":{}}`,
  `{"${'k'.repeat(100_000)}":1}`,
  `"${'x'.repeat(1_048_576)}"`,
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from('\ufeff{}', 'utf16le'),
  Buffer.alloc(1_000),
  '',
  '{',
  'null',
];

/** Path segments that mean something to file systems, stores and languages. */
const hostileSegments = [
  '..',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f',
  '%00',
  'demo.0.%00',
  '%ff',
  '%zz',
  '*',
  '__proto__',
  'constructor',
  'demo.999.01k3v9m8x7e6t5r4w3q2p1n0zz',
  'demo%3A0%3A1',
  '%F0%9F%90%84',
  'x'.repeat(199),
  'x'.repeat(5_000),
];

const segment = (known: readonly string[]) =>
  fc.oneof(
    fc.constantFrom(...known),
    fc.constantFrom(...hostileSegments),
    fc.string({ minLength: 1 }).map(encodeURIComponent),
  );

/** What HTTP can carry in a field: no line ends, no NUL. */
const fieldText = fc
  .string({ unit: 'binary-ascii', maxLength: 60 })
  .map((text) => text.replaceAll(/[^\x20-\x7e]/g, '~').trim());

// Not a wait that would be granted: it would only take its time.
const fields: Record<string, fc.Arbitrary<string>> = {
  prefer: fc.constantFrom('respond-async', 'wait=-1', 'wait=', 'wait=0', 'wait=1e9', ';;', ',wait'),
  range: fc.constantFrom('bytes=0-', 'bytes=-1', 'bytes=9-1', 'bytes=0-1,2-3', 'bytes=1e9-', 'x'),
};

const anyHeaders = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 5, arbitrary: fc.constant('application/json') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('application/json;charset=x', 'text/plain', '/', ''),
      },
    ),
    'content-encoding': fc.constantFrom('identity', 'gzip', 'x'),
    'accept-encoding': fc.constantFrom('gzip', 'br', 'zstd', '*;q=0', ';;;', 'identity'),
    accept: fc.constantFrom('text/html', '*/*', ';q=x'),
    'x-request-id': fieldText,
    'x-forwarded-for': fieldText,
    traceparent: fieldText,
    'if-none-match': fc.oneof(fieldText, fc.constant('*')),
  },
  { requiredKeys: ['content-type'] },
);

/** A request to one operation. */
export interface FuzzedRequest {
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

/** Requests to an operation: what it takes, what it nearly takes, and what nobody should take. */
export const requestsTo = (
  {
    template,
    method,
    operation,
  }: {
    template: string;
    method: string;
    operation: DescribedOperation;
  },
  options: { description: Description; known: readonly string[] },
): fc.Arbitrary<FuzzedRequest> => {
  const parameters = (place: string) =>
    (operation.parameters ?? []).filter((parameter) => parameter.in === place);
  const path = fc
    .array(segment(options.known), { minLength: 2, maxLength: 2 })
    .map((segments) => template.replaceAll(/\{\w+\}/g, () => segments.shift() ?? 'x'));
  const query = fc.array(
    fc.tuple(
      fc.constantFrom('x', '__proto__', 'a[b]', ...parameters('query').map(({ name }) => name)),
      fc.oneof(fc.integer().map(String), fc.string(), fc.constantFrom('1e9', '-1', 'NaN', '')),
    ),
    { maxLength: 3 },
  );
  const described = fc.record(
    Object.fromEntries(
      parameters('header').map(({ name }) => [name, fields[name.toLowerCase()] ?? fieldText]),
    ),
    { requiredKeys: [] },
  );
  const schema = operation.requestBody?.content['application/json']?.schema as Schema | undefined;
  const body = fc.oneof(
    {
      weight: 3,
      arbitrary: valuesOf(schema ?? {}, options.description).map((it) => JSON.stringify(it)),
    },
    { weight: 2, arbitrary: fc.constantFrom(...hostileBodies) },
    { weight: 1, arbitrary: fc.json() },
  );
  return fc.record({
    path: fc.tuple(path, query).map(([it, pairs]) => {
      const text = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
      return text === '' ? it : `${it}?${text}`;
    }),
    headers: fc.tuple(anyHeaders, described).map(([some, more]) => ({ ...some, ...more })),
    body: method === 'GET' ? fc.constant(undefined) : body,
  });
};
