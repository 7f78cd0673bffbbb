import type {
  StepEvent,
  StepResource,
  WorkflowResource,
  WorkflowStatus,
  WorkflowSummary,
} from '@drover/jobs/contract/workflow';
import type { EventSourceMessage } from 'eventsource-parser';

/** A workflow as the API shows it. */
export type Workflow = WorkflowResource;
export type WorkflowStep = StepResource;
export type { WorkflowStatus, WorkflowSummary };

/** A page of workflows, the newest first. */
export interface WorkflowPage {
  items: WorkflowSummary[];
  /** `cursor` of the next page; null: this was the last. */
  nextCursor: string | null;
}

/** Whether nothing more will become of a workflow, unless one of its steps is retried. */
export const hasEnded = ({ status }: { status: WorkflowStatus }): boolean => status !== 'running';

/** Something that happened to a workflow. `id` is opaque: `follow` can go on after it. */
export type WorkflowEvent =
  | { event: 'status'; id: string; data: WorkflowSummary }
  | { event: 'step'; id: string; data: StepEvent };

const known: Readonly<Record<WorkflowEvent['event'], true>> = { status: true, step: true };

/**
 * @returns undefined for an event that this client does not know: a newer server may send more.
 * @throws SyntaxError when its data are not JSON.
 */
export const toWorkflowEvent = (
  { event, data }: EventSourceMessage,
  id: string,
): WorkflowEvent | undefined =>
  event !== undefined && Object.hasOwn(known, event)
    ? ({ event, id, data: JSON.parse(data) } as WorkflowEvent)
    : undefined;
