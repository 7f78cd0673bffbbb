// npm run drover -- <command>: the command line, from this checkout.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './checkout.ts';

const [command, ...args] = process.argv.slice(2);
if (command === 'doctor') {
  // It looks at the servers themselves, with their configuration, and the client's program knows neither.
  process.argv = [...process.argv.slice(0, 2), ...args];
  await import('./doctor.ts');
} else {
  // npm goes to the root of the checkout; a path in an argument means where its user was.
  process.chdir(process.env['INIT_CWD'] ?? process.cwd());
  await import(pathToFileURL(join(root, 'packages/client/src/cli/main.ts')).href);
}
