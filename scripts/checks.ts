import { root, tool } from './checkout.ts';
import { run } from './stack/commands.ts';

export interface CheckOutcome {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
}

const check = async (name: string, program: string, args: string[]): Promise<CheckOutcome> => {
  const { code, output } = await run(tool(program), args, { cwd: root });
  return { name, passed: code === 0, output: output.trim() };
};

/** The checks that look at the code without running it: types and lint. */
export const runChecks = (): Promise<CheckOutcome[]> => {
  // We read their output, so that they cannot see for themselves whether it ends on a terminal.
  const isTerminal = process.stderr.isTTY === true;
  return Promise.all([
    check('types', 'tsc', ['--noEmit', '-p', 'tsconfig.json', '--pretty', String(isTerminal)]),
    check('types of the page scripts', 'tsc', [
      '--noEmit',
      '-p',
      'packages/api/src/admin/assets/tsconfig.json',
    ]),
    check('lint', 'biome', [
      'ci',
      '--error-on-warnings',
      `--colors=${isTerminal ? 'force' : 'off'}`,
    ]),
  ]);
};

/** Shows a failed check in full; a passed one has nothing to say. */
export const showFailure = ({ name, passed, output }: CheckOutcome): void => {
  if (!passed) process.stderr.write(`\n FAIL  ${name}\n\n${output}\n\n`);
};
