import type { AddCommand } from '../act.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Session } from '../session.ts';

const retry = async ({ client, out, json }: Session, id: string): Promise<ExitCode> => {
  const job = await client.retry(id);
  if (json) out.document(job);
  else out.line(job.status);
  return exitCode.ok;
};

/** `drover retry <id>` */
export const addRetry: AddCommand = (program, act) => {
  program
    .command('retry')
    .summary('run a job again that failed, expired or was canceled')
    .description('Run a job again, under its id, that has failed, expired or been canceled.')
    .argument('<id>', 'id of the job')
    .action(act(retry));
};
