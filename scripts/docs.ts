// npm run docs: writes the generated files; `npm run docs -- --check` only tells which are stale.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { generatedFiles, staleFiles } from './docs/generated-files.ts';

const root = resolve(import.meta.dirname, '..');

const check = (): number => {
  const stale = staleFiles(root);
  if (stale.length === 0) return 0;
  const list = stale.map(({ path }) => `  ${path}\n`).join('');
  process.stderr.write(`Out of date:\n${list}Write them anew with: npm run docs\n`);
  return 1;
};

const write = (): number => {
  const stale = staleFiles(root);
  for (const { path, content } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    process.stdout.write(`wrote ${path}\n`);
  }
  if (stale.length === 0) process.stdout.write(`${generatedFiles().length} files, none stale\n`);
  return 0;
};

const usage = (): number => {
  process.stderr.write('Usage: npm run docs [-- --check]\n');
  return 2;
};

const args = process.argv.slice(2);
if (args.length === 0) process.exitCode = write();
else if (args.length === 1 && args[0] === '--check') process.exitCode = check();
else process.exitCode = usage();
