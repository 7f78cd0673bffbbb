import type { AddCommand } from '../act.ts';
import type { Session } from '../session.ts';
import { watchJob } from '../watch/watch-job.ts';

/** `drover watch <id>` */
export const addWatch: AddCommand = (program, act) => {
  program
    .command('watch')
    .summary('show what happens to a job, until it has finished')
    .description(
      'Show a job’s progress and log until it has finished, then its result. Ctrl-C leaves the job alone.',
    )
    .argument('<id>', 'id of the job')
    .action(act((session: Session, id: string) => watchJob(session, id)));
};
