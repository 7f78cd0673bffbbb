import { buffer } from 'node:stream/consumers';
import { defineView } from '@drover/jobs/views/define-view';
import type { Value } from '@drover/jobs/views/values';
import { readXlsx } from 'hucre/xlsx';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { xlsxContent } from './workbook.ts';

const view = defineView({
  name: 'texts',
  summary: 'Numbers and texts.',
  sql: 'select 1 as n',
  uniqueBy: ['n'],
  columns: { n: z.int(), text: z.string().nullable() },
});

const rowsOf = (rows: readonly (readonly Value[])[], batchSize = 3) => ({
  total: rows.length,
  batches: (async function* () {
    for (let at = 0; at < rows.length; at += batchSize) yield rows.slice(at, at + batchSize);
  })(),
});

const read = async (content: AsyncIterable<Uint8Array>) =>
  (await readXlsx(await buffer(content))).sheets;

test('texts come back as they went in', async () => {
  const texts = [
    ' spaces at both ends ',
    '<b>&amp;</b> "quotes"',
    'a\tb\nc\rd\u0007e\ufffe',
    '_x0041_ and _xyz_',
    '=HYPERLINK("http://evil.example")',
    'Lämpe 灯 🛒',
    '',
  ];
  const [sheet] = await read(xlsxContent(view, rowsOf(texts.map((text, n) => [n, text]))));
  expect(sheet?.rows.slice(1).map(([, text]) => text ?? '')).toEqual(texts);
});

test('what is too much for a sheet goes on in the next, under the same header', async () => {
  const rows = Array.from({ length: 23 }, (_, n): Value[] => [n, null]);
  const sheets = await read(xlsxContent(view, rowsOf(rows), 10));
  expect(sheets.map(({ name, rows }) => [name, rows.length])).toEqual([
    ['texts', 11],
    ['texts_2', 11],
    ['texts_3', 4],
  ]);
  expect(sheets.flatMap(({ rows }) => rows.slice(1).map(([n]) => n))).toEqual(rows.map(([n]) => n));
  expect(sheets.every(({ rows }) => rows[0]?.[0] === 'n')).toBe(true);
});

test('rows that fill a sheet to the last need no other', async () => {
  const rows = Array.from({ length: 10 }, (_, n): Value[] => [n, null]);
  expect(await read(xlsxContent(view, rowsOf(rows), 10))).toHaveLength(1);
});

test('rows that fail fail the file', async () => {
  const batches = (async function* () {
    yield [[1, 'fine']];
    throw new Error('the database went away');
  })();
  await expect(buffer(xlsxContent(view, { total: 2, batches }))).rejects.toThrow(
    'the database went away',
  );
});

test('whoever stops reading stops the rows', async () => {
  const stopped = Promise.withResolvers<void>();
  const batches = (async function* () {
    try {
      for (let n = 0; ; n += 1) yield [[n, `${Math.random()}`.repeat(1_000)]];
    } finally {
      stopped.resolve();
    }
  })();
  let bytes = 0;
  for await (const chunk of xlsxContent(view, { total: 1e6, batches })) {
    bytes += chunk.byteLength;
    if (bytes > 100_000) break;
  }
  await stopped.promise;
});
