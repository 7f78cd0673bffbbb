import type { WorkflowResource } from '@drover/jobs/contract/workflow';
import { type Drawing, layOut } from './layout.ts';

/** Drawings that are kept at hand: who looks at a workflow that runs looks again every other second. */
const kept = 100;

/** Lays workflows out, each once as long as it is looked at. */
export const createLayouts = (): ((workflow: WorkflowResource) => Drawing | undefined) => {
  const byId = new Map<string, Drawing | undefined>();
  return ({ id, steps }) => {
    const drawing = byId.has(id) ? byId.get(id) : layOut(steps);
    byId.delete(id);
    byId.set(id, drawing);
    const [oldest] = byId.keys();
    if (byId.size > kept && oldest !== undefined) byId.delete(oldest);
    return drawing;
  };
};
