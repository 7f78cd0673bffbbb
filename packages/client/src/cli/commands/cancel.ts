import type { AddCommand } from '../act.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Session } from '../session.ts';

const cancel = async ({ client, out, json }: Session, id: string): Promise<ExitCode> => {
  const job = await client.cancel(id);
  if (json) out.document(job);
  else if (job.status === 'canceled') out.line('canceled');
  else out.line(`${job.status}, and told to stop`);
  return exitCode.ok;
};

/** `drover cancel <id>` */
export const addCancel: AddCommand = (program, act) => {
  program
    .command('cancel')
    .summary('cancel a job')
    .description('Cancel a job that has not started, or tell a running one to stop.')
    .argument('<id>', 'id of the job')
    .action(act(cancel));
};
