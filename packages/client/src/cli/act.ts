import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { GlobalOptions, Session } from './session.ts';

/** Makes a command's action of what it does in a session; it resolves with the exit status. */
export type Act = <Args extends unknown[]>(
  run: (session: Session, ...args: Args) => Promise<ExitCode>,
) => (...args: [...Args, Command]) => Promise<void>;

/** A file of `commands/`: adds its command to the program. */
export type AddCommand = (program: Command, act: Act) => void;

export const actIn =
  (open: (options: GlobalOptions) => Session, finish: (code: ExitCode) => void): Act =>
  <Args extends unknown[]>(run: (session: Session, ...args: Args) => Promise<ExitCode>) =>
  async (...given: [...Args, Command]) => {
    // Commander calls with the arguments, the options and the command itself.
    const command = given.at(-1) as Command;
    const args = given.slice(0, -1) as Args;
    finish(await run(open(command.optsWithGlobals()), ...args));
  };
