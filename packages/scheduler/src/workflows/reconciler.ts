import type { WorkflowParts } from '@drover/jobs/workflows/advance';
import { mendWorkflows } from '@drover/jobs/workflows/reconcile';
import { inRounds } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';

/** Time between two rounds, in milliseconds. */
const everyMs = 30_000;

/**
 * Looks after workflows that have not changed for a while, so that none hangs whatever was lost. Any
 * number of processes may do so at once.
 */
export const workflowReconciler = (
  options: WorkflowParts & { partitions: number; log: Log },
): Component => {
  const { partitions, log } = options;
  return inRounds({
    name: 'workflow reconciler',
    everyMs,
    round: async (signal) => {
      for (let partition = 0; partition < partitions && !signal.aborted; partition += 1) {
        await mendWorkflows(options, partition, { signal });
      }
    },
    failed: 'workflows were not looked at; trying again',
    log,
  });
};
