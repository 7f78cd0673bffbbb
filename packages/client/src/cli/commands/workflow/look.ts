import type { WorkflowStatus, WorkflowSummary } from '../../../workflows/workflow.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeAge } from '../../output/duration.ts';
import type { Output } from '../../output/output.ts';
import { printableLine } from '../../output/printable.ts';
import { statusStyle } from '../../output/status.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { showWorkflow, workflowText } from './wording.ts';

export const showOne = async (
  { client, out, json }: Session,
  id: string,
  { mermaid }: { mermaid?: boolean },
): Promise<ExitCode> => {
  const workflow = await client.workflows.get(id);
  if (json) out.document(workflow);
  else if (mermaid) out.raw(workflow.mermaid);
  else showWorkflow(workflow, out);
  return exitCode.ok;
};

const columns = ({ paint }: Output): Column<WorkflowSummary>[] => [
  { title: 'ID', text: ({ id }) => printableLine(id) },
  {
    title: 'STATUS',
    text: ({ status }) => status,
    paint: (text, { status }) => paint(statusStyle[status], text),
  },
  {
    title: 'STEPS',
    text: ({ stepCounts: { ended, total } }) => `${ended}/${total}`,
    right: true,
  },
  { title: 'AGE', text: ({ createdAt }) => describeAge(createdAt), right: true },
  { title: 'FAILED STEP', text: ({ error }) => printableLine(error?.step ?? '') },
];

export const listAll = async (
  { client, out, json }: Session,
  { limit, status, cursor }: { limit: number; status?: WorkflowStatus; cursor?: string },
): Promise<ExitCode> => {
  const page = await client.workflows.list({ limit, status, cursor });
  if (json) out.document(page);
  else if (page.items.length === 0) out.note('There is no workflow.');
  else out.table(columns(out), page.items);
  if (!json && page.nextCursor) out.note(`There are more: --cursor ${page.nextCursor}`);
  return exitCode.ok;
};

export const cancelOne = async ({ client, out, json }: Session, id: string): Promise<ExitCode> => {
  const workflow = await client.workflows.cancel(id);
  if (json) out.document(workflow);
  else if (workflow.status === 'running') out.line('running, and told to stop');
  else out.line(workflowText(workflow, out));
  return exitCode.ok;
};
