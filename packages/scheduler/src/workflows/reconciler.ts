import type { WorkflowParts } from '@drover/jobs/workflows/advance';
import { mendWorkflows } from '@drover/jobs/workflows/reconcile';
import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';

/** Time between two rounds, in milliseconds; a quarter less or more, so that processes spread. */
const everyMs = 30_000;

/**
 * Looks after workflows that have not changed for a while, so that none hangs whatever was lost. Any
 * number of processes may do so at once. A round that fails is logged, and the next one does its work.
 */
export const workflowReconciler = (
  options: WorkflowParts & { partitions: number; log: Log },
): Component => {
  const { partitions, log } = options;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const round = async () => {
    const { signal } = stopping;
    try {
      for (let partition = 0; partition < partitions && !signal.aborted; partition += 1) {
        await mendWorkflows(options, partition, { signal });
      }
    } catch (err) {
      log.warn({ reason: toError(err).message }, 'workflows were not looked at; trying again');
    }
    if (!signal.aborted) timer = setTimeout(begin, everyMs * (0.75 + 0.5 * Math.random()));
  };
  const begin = () => {
    running = round();
  };

  return {
    name: 'workflow reconciler',
    start: async () => begin(),
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
};
