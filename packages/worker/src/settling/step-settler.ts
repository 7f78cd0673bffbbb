import type { StepTask } from '@drover/jobs/settling/tasks';
import { advanceWorkflow, type WorkflowParts } from '@drover/jobs/workflows/advance';
import { parseWorkflowId } from '@drover/jobs/workflows/place';
import type { Settler } from './settlers.ts';

/** Takes the workflow on of which a job that has ended is a step. */
export const stepSettler =
  (parts: WorkflowParts): Settler<StepTask> =>
  async ({ workflow: id, index }, { round, settleKey }) => {
    const workflow = parseWorkflowId(id);
    if (workflow) await advanceWorkflow(parts, { workflow, index, round, settleKey });
  };
