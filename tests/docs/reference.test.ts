import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { generatedFiles, staleFiles } from '../../scripts/docs/generated-files.ts';

const root = resolve(import.meta.dirname, '../..');

test('the generated files are what the code makes; `npm run docs` writes them', () => {
  expect(generatedFiles().length).toBeGreaterThan(0);
  expect(staleFiles(root).map(({ path }) => path)).toEqual([]);
});
