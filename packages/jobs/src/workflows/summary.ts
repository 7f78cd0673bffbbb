import type { WorkflowSummary } from '../contract/workflow.ts';
import type { StoredSummary } from './read.ts';

const instant = (ms: number): string => new Date(ms).toISOString();
const instantOrNull = (ms: number | undefined): string | null =>
  ms === undefined ? null : instant(ms);

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
    createdAt: instant(workflow.createdAt),
    expiresAt: instantOrNull(workflow.expiresAt),
    finishedAt: instantOrNull(workflow.finishedAt),
    links: { self: `/workflows/${id}`, events: `/workflows/${id}/events` },
  };
};
