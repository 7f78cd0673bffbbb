import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLine, encodeLine, maxLineLength } from './log-lines.ts';

const at = '2026-01-01T00:00:00.000Z';

test('a line comes back as it went in, whatever its message and fields', () => {
  const fields = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 3 });
  fc.assert(
    fc.property(fc.string(), fc.option(fields, { nil: undefined }), (message, given) => {
      const json = given && JSON.parse(JSON.stringify(given));
      const line = { at, level: 'warn' as const, message, ...(json && { fields: json }) };
      const text = encodeLine(line);
      fc.pre(text.length <= maxLineLength);
      expect(decodeLine(7, text)).toEqual({ seq: 7, ...line });
    }),
  );
});

test('a message that looks like fields stays a message', () => {
  const message = 'table\t{"a":1}';
  expect(decodeLine(1, encodeLine({ at, level: 'info', message }))).toMatchObject({ message });
});

test('a line that is too long is cut, and still read', () => {
  const text = encodeLine({ at, level: 'info', message: 'x'.repeat(5_000), fields: { a: 1 } });
  expect(text).toHaveLength(maxLineLength);
  expect(decodeLine(1, text)).toMatchObject({ at, level: 'info' });
});

test('a line that is not ours is all message', () => {
  expect(decodeLine(3, 'hello')).toMatchObject({ seq: 3, message: 'hello', level: 'info' });
});
