import type { Workflow, WorkflowEvent } from '../../../workflows/workflow.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { untilInterrupted } from '../../interrupt.ts';
import { timeOfDay } from '../../output/duration.ts';
import { printableLine } from '../../output/printable.ts';
import type { Session } from '../../session.ts';
import { endCode, stepText, workflowText } from './wording.ts';

/** Says that the workflow is not stopped by our stopping. */
export const leaveRunning = ({ out }: Session, id: string): ExitCode => {
  out.note(
    `Stopped watching; the workflow goes on. Watch it again with: drover workflow watch ${id}`,
  );
  return exitCode.interrupted;
};

const show = ({ out, json }: Session, { event, id, data }: WorkflowEvent): void => {
  const now = timeOfDay(new Date().toISOString());
  if (json) out.record({ event, id, data });
  else if (event === 'step') out.line(`${now} ${printableLine(data.step)} ${stepText(data, out)}`);
  else out.line(`${now} workflow ${workflowText(data, out)}`);
};

/** Shows what happens to a workflow until it has ended. */
export const watchWorkflow = async (session: Session, id: string): Promise<ExitCode> => {
  const { workflows } = session.client;
  const ended = await untilInterrupted(
    async (signal): Promise<Pick<Workflow, 'status'> | undefined> => {
      let last: Pick<Workflow, 'status'> | undefined;
      for await (const event of workflows.follow(id, { signal })) {
        show(session, event);
        if (event.event === 'status') last = event.data;
      }
      return last ?? workflows.get(id, { signal });
    },
  );
  return ended ? endCode(ended) : leaveRunning(session, id);
};
