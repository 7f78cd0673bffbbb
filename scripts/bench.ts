// npm run bench [name]: runs bench/<name>/bench.ts, or lists what there is.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './checkout.ts';

const folder = join(root, 'bench');
const fileOf = (name: string) => join(folder, name, 'bench.ts');
const names = readdirSync(folder)
  .filter((name) => existsSync(fileOf(name)))
  .sort();

const [name] = process.argv.slice(2);
if (name !== undefined && names.includes(name)) {
  // The benchmark finds its own arguments where a program expects them.
  process.argv.splice(1, 2, fileOf(name));
  await import(pathToFileURL(fileOf(name)).href);
} else {
  if (name !== undefined) console.error(`There is no benchmark "${name}".\n`);
  console.log(
    names.length === 0
      ? 'There are no benchmarks yet.'
      : `Benchmarks, each run by: npm run bench <name>\n\n${names.map((n) => `  ${n}`).join('\n')}`,
  );
  process.exitCode = name === undefined ? 0 : 2;
}
