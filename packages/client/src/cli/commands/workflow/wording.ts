import type { Workflow, WorkflowStep, WorkflowSummary } from '../../../workflows/workflow.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeDuration } from '../../output/duration.ts';
import type { Output, Style } from '../../output/output.ts';
import { printableLine } from '../../output/printable.ts';
import { statusStyle } from '../../output/status.ts';
import type { Column } from '../../output/table.ts';

const styleOf = (status: WorkflowStep['status']): Style =>
  status === 'skipped' ? 'dim' : statusStyle[status];

const runTime = ({ startedAt, finishedAt }: WorkflowStep): string =>
  startedAt && finishedAt ? describeDuration(Date.parse(finishedAt) - Date.parse(startedAt)) : '';

/** `failed: no luck (error)` */
export const stepText = (step: WorkflowStep, { paint }: Output): string => {
  const { status, error } = step;
  const why = error ? `: ${printableLine(error.message)} (${printableLine(error.code)})` : '';
  return `${paint(styleOf(status), status)}${why}`;
};

/** `failed: step resize: no luck (error)` */
export const workflowText = ({ status, error }: WorkflowSummary, { paint }: Output): string => {
  const why = error
    ? `: step ${printableLine(error.step)}: ${printableLine(error.message)} (${printableLine(error.code)})`
    : '';
  return `${paint(statusStyle[status], status)}${why}`;
};

type NamedStep = WorkflowStep & { name: string };

const stepColumns = ({ paint }: Output): Column<NamedStep>[] => [
  { title: 'STEP', text: ({ name }) => printableLine(name) },
  { title: 'TYPE', text: ({ type }) => printableLine(type) },
  {
    title: 'STATUS',
    text: ({ status }) => status,
    paint: (text, { status }) => paint(styleOf(status), text),
  },
  { title: 'TIME', text: runTime, right: true },
  { title: 'NEEDS', text: ({ needs }) => printableLine(needs.join(', ')) },
  { title: 'JOB', text: ({ job }) => printableLine(job) },
];

/** How a workflow stands, and each of its steps. */
export const showWorkflow = (workflow: Workflow, out: Output): void => {
  out.line(`${printableLine(workflow.id)} ${workflowText(workflow, out)}`);
  const steps = Object.entries(workflow.steps).map(([name, step]) => ({ name, ...step }));
  out.table(stepColumns(out), steps);
};

/** The exit status that a workflow's end is. */
export const endCode = ({ status }: Pick<Workflow, 'status'>): ExitCode =>
  status === 'succeeded' ? exitCode.ok : exitCode.failed;
