// drover doctor: what is wrong with this Drover, and what to do about it. Changes nothing.
import { parseArgs } from 'node:util';
import { examineConfig } from '@drover/shared/config';
import { readVersion } from '@drover/shared/version';
import { examineDrover } from './doctor.ts';
import { exitCodeOf } from './findings.ts';
import { toJson, toText } from './report.ts';

const usage = `Usage: drover doctor [--json]

Looks at configuration, Redis, Postgres, queues, workers, schedules, history, artifacts and mail, with
the environment of the processes, and says what to do about what is not well. Changes nothing.

  --json   the findings as JSON
  --help   this text

Exit status: 0 all is well, 1 there are warnings, 2 something has failed, 64 wrong usage.
`;

/** Wrong usage (EX_USAGE of sysexits.h). */
const usageExitCode = 64;

const readOptions = () => {
  try {
    return parseArgs({
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (err) {
    process.stderr.write(`${(err as Error).message}\n\n${usage}`);
    return undefined;
  }
};

const run = async (): Promise<{ text: string; exitCode: number }> => {
  const options = readOptions();
  if (!options) return { text: '', exitCode: usageExitCode };
  if (options.help) return { text: usage, exitCode: 0 };
  const findings = await examineDrover(examineConfig());
  const text = options.json ? toJson(findings, readVersion()) : toText(findings);
  return { text, exitCode: exitCodeOf(findings) };
};

const { text, exitCode } = await run();
// What hangs must not keep the process: all of the text is out, and that is all there was to do.
process.stdout.write(text, () => process.exit(exitCode));
