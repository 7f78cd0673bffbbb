import type { LogLine } from '../../following/job-event.ts';
import type { AddCommand } from '../act.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { Session } from '../session.ts';
import { leaveRunning } from '../watch/watch-job.ts';
import { logText } from '../watch/wording.ts';

const print = ({ out, json }: Session, line: LogLine): void => {
  if (json) out.record(line);
  else out.line(logText(line, out));
};

const followLog = async (session: Session, id: string): Promise<ExitCode> => {
  const code = await untilInterrupted(async (signal) => {
    for await (const { event, data } of session.client.follow(id, { signal })) {
      if (event === 'log') print(session, data);
    }
    return exitCode.ok;
  });
  return code ?? leaveRunning(session, id);
};

const logs = async (
  session: Session,
  id: string,
  { follow }: { follow?: boolean },
): Promise<ExitCode> => {
  if (follow) return followLog(session, id);
  for await (const line of session.client.logs(id)) print(session, line);
  return exitCode.ok;
};

/** `drover logs <id>` */
export const addLogs: AddCommand = (program, act) => {
  program
    .command('logs')
    .summary('print the log of a job')
    .description('Print the lines that a job has written.')
    .argument('<id>', 'id of the job')
    .option('-f, --follow', 'go on until the job has finished')
    .action(act(logs));
};
