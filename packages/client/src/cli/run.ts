import { CommanderError } from 'commander';
import { loadCliConfig } from './config.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { describeFailure } from './failure.ts';
import { createOutput } from './output/output.ts';
import { createProgram } from './program.ts';

/** Whoever read our output has had enough (`drover logs … | head`): that is no failure. */
const endWithTheReader = (stream: NodeJS.WriteStream) =>
  stream.on('error', (err: NodeJS.ErrnoException) => {
    if (err.code !== 'EPIPE') throw err;
    process.exit(exitCode.ok);
  });

/** Runs the command line on this process's streams; resolves with the exit status. */
export const run = async (args: readonly string[]): Promise<ExitCode> => {
  endWithTheReader(process.stdout);
  endWithTheReader(process.stderr);
  const out = createOutput(process.stdout, process.stderr);
  let code: ExitCode = exitCode.ok;
  try {
    const program = createProgram(loadCliConfig(), out, (ended) => {
      code = ended;
    });
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (err) {
    // Commander has said what is wrong, or printed the help that was asked for.
    if (err instanceof CommanderError) return err.exitCode === 0 ? exitCode.ok : exitCode.usage;
    const failure = describeFailure(err);
    if (failure === undefined) throw err;
    for (const line of failure.lines) out.note(line);
    return failure.exitCode;
  }
};
