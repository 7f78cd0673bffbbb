import type { WorkflowSubmission } from '../../../workflows/calls.ts';
import { parsePayload } from '../../arguments.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { UsageError } from '../../failure.ts';
import { untilInterrupted } from '../../interrupt.ts';
import { statusStyle } from '../../output/status.ts';
import type { Session } from '../../session.ts';
import { leaveRunning, watchWorkflow } from './watch.ts';
import { endCode, showWorkflow } from './wording.ts';

interface SubmitOptions {
  idempotencyKey?: string;
  /** Milliseconds; true without a number. */
  wait?: number | true;
  watch?: boolean;
}

/** `--wait` without a number, in milliseconds. */
const defaultWaitMs = 60_000;

const waitFor = async (session: Session, id: string, timeoutMs: number): Promise<ExitCode> => {
  const { client, out, json } = session;
  const workflow = await untilInterrupted((signal) =>
    client.workflows.wait(id, { timeoutMs, signal }),
  );
  if (!workflow) return leaveRunning(session, id);
  if (json) out.document(workflow);
  else showWorkflow(workflow, out);
  return endCode(workflow);
};

export const submitWorkflow = async (
  session: Session,
  argument: string,
  options: SubmitOptions,
): Promise<ExitCode> => {
  const { client, out, json } = session;
  if (options.wait !== undefined && options.watch) {
    throw new UsageError('--wait and --watch exclude each other.');
  }
  // Whether it is one, the server says.
  const body = (await parsePayload(argument)) as WorkflowSubmission;
  const workflow = await client.workflows.submit(body, { idempotencyKey: options.idempotencyKey });
  const { id, status } = workflow;
  const earlier = workflow.replayed ? ' It was there before: that of this --idempotency-key.' : '';
  if (options.watch) return watchWorkflow(session, id);
  if (options.wait !== undefined) {
    out.note(`${id} is ${out.paint(statusStyle[status], status)}.${earlier}`);
    return waitFor(session, id, options.wait === true ? defaultWaitMs : options.wait);
  }
  if (json) out.document(workflow);
  else {
    out.line(id);
    out.note(
      `The workflow is ${out.paint(statusStyle[status], status)}.${earlier} Watch it with: drover workflow watch ${id}`,
    );
  }
  return exitCode.ok;
};
