import type { JobContext } from '@drover/jobs/definition/context';
import type { Services } from '@drover/jobs/definition/services';
import type { TraceContext } from '@drover/shared/tracing/trace-context';

/** What a handler is told of its job. */
export interface JobFacts {
  id: string;
  tenant: string;
  attempt: number;
  losses: number;
  /** Milliseconds since 1970. */
  since: number;
  trace?: TraceContext | undefined;
}

/** What a handler works with. */
export type JobTools = Pick<
  JobContext<unknown>,
  'signal' | 'progress' | 'log' | 'artifacts' | 'submit'
>;

export const createContext = (
  { id, tenant, attempt, losses, since, trace }: JobFacts,
  payload: unknown,
  services: Services,
  { signal, progress, log, artifacts, submit }: JobTools,
): JobContext<unknown> => ({
  payload,
  id,
  tenant,
  attempt,
  losses,
  since,
  trace,
  key: id,
  services,
  signal,
  progress,
  log,
  artifacts,
  submit,
});
