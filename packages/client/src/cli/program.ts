import { Command } from 'commander';
import { type Act, type AddCommand, actIn } from './act.ts';
import { addCache } from './commands/cache.ts';
import { addCancel } from './commands/cancel.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addLogs } from './commands/logs.ts';
import { addLs, addSearch } from './commands/ls.ts';
import { addQueues } from './commands/queues.ts';
import { addRetry } from './commands/retry.ts';
import { addSchedules } from './commands/schedules.ts';
import { addStats } from './commands/stats.ts';
import { addSubmit } from './commands/submit.ts';
import { addViews } from './commands/views.ts';
import { addWatch } from './commands/watch.ts';
import { addWebhooks } from './commands/webhooks.ts';
import { addWorkers } from './commands/workers.ts';
import { addWorkflow } from './commands/workflow.ts';
import type { CliConfig } from './config.ts';
import type { ExitCode } from './exit-code.ts';
import type { Output } from './output/output.ts';
import { openSession, version } from './session.ts';

/** In the order in which the help lists them. */
const commands: readonly AddCommand[] = [
  addSubmit,
  addWatch,
  addLs,
  addSearch,
  addLogs,
  addCancel,
  addRetry,
  addWorkflow,
  addSchedules,
  addStats,
  addViews,
  addCache,
  addDeadLetters,
  addWebhooks,
  addQueues,
  addWorkers,
];

const footer = `
Server and key are also taken from DROVER_URL and DROVER_KEY.

Exit status: 0 all well; 1 the job did not succeed, or the server refused; 2 the command is wrong;
3 the server cannot be reached; 4 the job had not finished when --wait was over; 130 Ctrl-C.`;

/** The command line. Wrong usage throws commander's CommanderError, after the message. */
export const createProgram = (
  config: CliConfig,
  out: Output,
  finish: (code: ExitCode) => void,
): Command => {
  const program = new Command('drover')
    .description('Submit background jobs to a Drover server and see what becomes of them.')
    .option('--url <url>', `address of the API (default: ${config.url})`)
    .option('--key <key>', 'API key')
    .option('--json', 'print JSON: a document, or one line for each event')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', footer)
    .exitOverride();
  const act: Act = actIn((options) => openSession(options, config, out), finish);
  for (const add of commands) add(program, act);
  return program;
};
