import { readWorkflow, type StoredWorkflow } from '@drover/jobs/workflows/read';
import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { JobStore } from '../../jobs/store.ts';

/**
 * The steps that a workflow would go on from: those that did not end well of themselves and had to,
 * or, when the workflow was canceled as a whole, the first that was canceled with it.
 */
export const stepsToResume = ({ status, steps }: StoredWorkflow): readonly string[] => {
  if (status === 'running' || status === 'succeeded') return [];
  const bad = steps.filter(({ outcome }) => outcome && outcome.status !== 'succeeded');
  const own = bad.filter(({ step, outcome }) => !outcome?.by && !step.may && !step.handler);
  const canceled = bad.filter(({ step }) => !step.handler).slice(0, 1);
  return (own.length > 0 ? own : canceled).map(({ step }) => step.job);
};

/**
 * Runs the steps again for which a workflow has ended, so that it goes on.
 * @returns how many run again; 0 when the workflow needs none, or is gone.
 */
export const resumeWorkflow = async (
  { queues, store }: { queues: QueueSet; store: Pick<JobStore, 'retry'> },
  address: JobAddress,
): Promise<number> => {
  const workflow = await readWorkflow(queues, address);
  let resumed = 0;
  // One after another: each takes its workflow on from where the one before has left it.
  for (const job of workflow ? stepsToResume(workflow) : []) {
    if (await store.retry(job, workflow?.tenant ?? '')) resumed += 1;
  }
  return resumed;
};
