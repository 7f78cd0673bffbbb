import { expect, test } from 'vitest';
import { tableLines } from './table.ts';

test('columns are as wide as their widest cell, whatever their colour', () => {
  const lines = tableLines<{ name: string; count: number }>(
    [
      { title: 'NAME', text: ({ name }) => name, paint: (text) => `<${text}>` },
      { title: 'COUNT', text: ({ count }) => String(count), right: true },
      { title: 'LAST', text: ({ name }) => name },
    ],
    [
      { name: 'a', count: 1 },
      { name: 'longer', count: 1_000_000 },
    ],
    (title) => title,
  );
  expect(lines).toEqual([
    'NAME      COUNT  LAST',
    '<a>             1  a',
    '<longer>  1000000  longer',
  ]);
});
