import { toInstant, toInstantOrNull } from '@drover/shared/instant';
import type { WorkflowSummary } from '../contract/workflow.ts';
import type { StoredSummary } from './read.ts';

/** A workflow without its steps, as the API shows it. */
export const toSummary = (workflow: StoredSummary): WorkflowSummary => {
  const { id, tenant, status, error, tags, size, open } = workflow;
  return {
    id,
    tenant,
    status,
    error: error ?? null,
    tags: [...tags],
    stepCounts: { total: size, ended: status === 'running' ? Math.max(0, size - open) : size },
    createdAt: toInstant(workflow.createdAt),
    expiresAt: toInstantOrNull(workflow.expiresAt),
    finishedAt: toInstantOrNull(workflow.finishedAt),
    links: { self: `/workflows/${id}`, events: `/workflows/${id}/events` },
  };
};
