// npm run format: formats, sorts imports and mends what the linter can mend safely.
import { spawnSync } from 'node:child_process';
import { root, tool } from './checkout.ts';

const paths = process.argv.slice(2);
const { status } = spawnSync(
  tool('biome'),
  ['check', '--write', ...(paths.length > 0 ? paths : ['.'])],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
