import type { AnyJobs } from '../../catalog.ts';
import type { JobEvent } from '../../following/job-event.ts';
import { isFinished } from '../../job.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { Session } from '../session.ts';
import type { AnyJob, JobView } from './job-view.ts';
import { jsonView } from './json-view.ts';
import { liveView } from './live-view.ts';
import { plainView } from './plain-view.ts';
import { resultText } from './wording.ts';

const viewFor = ({ json, out }: Session): JobView => {
  if (json) return jsonView(out);
  return out.interactive ? liveView(out) : plainView(out);
};

const show = (view: JobView, { event, data }: JobEvent<string, AnyJobs>): void => {
  if (event === 'status') view.status(data);
  else if (event === 'progress') view.progress(data);
  else view.log(data);
};

/** The exit status that a job's end is. */
export const outcomeCode = ({ status }: AnyJob): ExitCode =>
  status === 'succeeded' ? exitCode.ok : exitCode.failed;

/** Says that the job is not stopped by our stopping. */
export const leaveRunning = ({ out }: Session, id: string): ExitCode => {
  out.note(`Stopped watching; the job goes on. Watch it again with: drover watch ${id}`);
  return exitCode.interrupted;
};

/** Shows what happens to a job until it has finished, then what it returned. */
export const watchJob = async (session: Session, id: string): Promise<ExitCode> => {
  const { client, out, json } = session;
  const view = viewFor(session);
  const finished = await untilInterrupted(async (signal) => {
    let job: AnyJob | undefined;
    for await (const shown of client.follow(id, { signal })) {
      show(view, shown);
      if (shown.event === 'status') job = shown.data;
    }
    // A stream of which nothing is left: the job had finished before.
    return job !== undefined && isFinished(job) ? job : client.get(id, { signal });
  }).finally(() => view.end());

  if (finished === undefined) return leaveRunning(session, id);
  const result = resultText(finished);
  if (result !== undefined && !json) out.line(result);
  return outcomeCode(finished);
};
