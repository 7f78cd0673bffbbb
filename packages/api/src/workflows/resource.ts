import type { JobResource } from '@drover/jobs/contract/job-resource';
import type {
  StepResource,
  StepStatus,
  WorkflowResource,
  WorkflowSummary,
} from '@drover/jobs/contract/workflow';
import type { KnownStep, StoredWorkflow } from '@drover/jobs/workflows/read';
import { toSummary } from '@drover/jobs/workflows/summary';
import { toInstant, toInstantOrNull } from '@drover/shared/instant';
import { drawWorkflow } from './mermaid.ts';

/** A workflow without its steps. */
export const summaryOf = (workflow: WorkflowResource): WorkflowSummary => {
  const { steps: _steps, mermaid: _drawing, ...summary } = workflow;
  return summary;
};

/** The status of a step; a job that is gone was removed by hand. */
const statusOf = (
  { step, outcome, isCalled }: KnownStep,
  job: JobResource | undefined,
  isRunning: boolean,
): StepStatus => {
  if (step.handler && !isCalled) {
    if (outcome && outcome.status !== 'canceled') return outcome.status;
    return isRunning && !outcome ? 'blocked' : 'skipped';
  }
  return outcome?.status ?? job?.status ?? 'canceled';
};

const errorOf = ({ outcome }: KnownStep, job: JobResource | undefined): StepResource['error'] => {
  if (!outcome) return job?.error ? { code: job.error.code, message: job.error.message } : null;
  const { status, code = status, message = '' } = outcome;
  return status === 'succeeded' ? null : { code, message };
};

/** What is known of a step that its workflow knows to have ended, or of its job. */
const progressOf = ({ outcome, result }: KnownStep, job: JobResource | undefined) =>
  outcome
    ? {
        result: outcome.status === 'succeeded' && result !== undefined ? JSON.parse(result) : null,
        resultOmitted: outcome.large ?? false,
        startedAt: toInstantOrNull(outcome.begun),
        finishedAt: toInstant(outcome.at),
      }
    : {
        result: job?.result ?? null,
        resultOmitted: false,
        startedAt: job?.startedAt ?? null,
        finishedAt: job?.finishedAt ?? null,
      };

/**
 * A workflow as the API shows it.
 * @param jobs the jobs of steps that have not ended, as far as the workflow knows, by their ids.
 */
export const toWorkflowResource = (
  workflow: StoredWorkflow,
  jobs: ReadonlyMap<string, JobResource>,
): WorkflowResource => {
  const names = workflow.steps.map(({ step }) => step.name);
  const isRunning = workflow.status === 'running';
  const steps = workflow.steps.map((known): [string, StepResource] => {
    const { step } = known;
    const job = jobs.get(step.job);
    return [
      step.name,
      {
        type: step.type,
        status: statusOf(known, job, isRunning),
        needs: step.needs.map((place) => names[place] ?? ''),
        allowFailure: step.may ?? false,
        onFailure: step.rescue === undefined ? null : (names[step.rescue] ?? null),
        job: step.job,
        error: errorOf(known, job),
        ...progressOf(known, job),
        links: { job: `/jobs/${step.job}` },
      },
    ];
  });
  const byName = Object.fromEntries(steps);
  return {
    ...toSummary(workflow),
    steps: byName,
    // Drawn when it is asked for: who follows a workflow gets every change of it, without the drawing.
    get mermaid() {
      return drawWorkflow(byName);
    },
  };
};
