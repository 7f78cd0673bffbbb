import { jobEvents, workflowEvents } from '../contract/webhook-target.ts';
import type { StoredEndpoint } from './endpoints.ts';

/** Whether a pattern such as `image.*` stands for a job type. A `*` at its end is any number of segments. */
export const matchesType = (pattern: string, type: string): boolean => {
  const wanted = pattern.split('.');
  const segments = type.split('.');
  const isOpen = wanted.at(-1) === '*';
  if (isOpen ? segments.length < wanted.length : segments.length !== wanted.length) return false;
  return wanted.every((segment, at) => segment === '*' || segment === segments[at]);
};

const wants = ({ enabled, events }: StoredEndpoint, names: readonly string[]): boolean =>
  enabled && (events === undefined || names.some((name) => events.includes(name)));

const wantsType = ({ types }: StoredEndpoint, type: string): boolean =>
  types === undefined || types.some((pattern) => matchesType(pattern, type));

/** Whether an endpoint is told of any end of a job of that type. */
export const concernsJob = (endpoint: StoredEndpoint, type: string): boolean =>
  wants(endpoint, jobEvents) && wantsType(endpoint, type);

/** Whether an endpoint is told of any end of a workflow. */
export const concernsWorkflow = (endpoint: StoredEndpoint): boolean =>
  wants(endpoint, workflowEvents);

/** Whether an endpoint is told of that event; of a job, its type is given. */
export const wantsEvent = (endpoint: StoredEndpoint, event: string, type?: string): boolean =>
  wants(endpoint, [event]) && (type === undefined || wantsType(endpoint, type));
