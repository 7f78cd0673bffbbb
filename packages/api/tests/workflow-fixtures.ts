import type { WorkflowResource } from '@drover/jobs/contract/workflow';
import type { Answer, RunningApi } from './running-api.ts';

type Init = Parameters<RunningApi['ask']>[1];

/** `POST /workflows` with that body, as JSON unless it is text already. */
export const submitWorkflow = (api: RunningApi, body: unknown, init: Init = {}): Promise<Answer> =>
  api.ask('/workflows', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });

/** Submits a workflow that must be accepted. */
export const accepted = async (
  api: RunningApi,
  body: unknown,
  init?: Init,
): Promise<WorkflowResource> => {
  const { status, body: workflow } = await submitWorkflow(api, body, init);
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(workflow)}`);
  return workflow;
};

/** The workflow once it has ended. */
export const ended = async (api: RunningApi, { id }: { id: string }): Promise<WorkflowResource> => {
  for (;;) {
    const { body } = await api.ask(`/workflows/${id}`, { headers: { prefer: 'wait=15' } });
    if (body.status !== 'running') return body;
  }
};

/** Submits a workflow and returns it once it has ended. */
export const run = async (api: RunningApi, body: unknown): Promise<WorkflowResource> =>
  ended(api, await accepted(api, body));

export const echo = (value: unknown, more: object = {}) => ({
  type: 'demo.echo',
  payload: { value },
  ...more,
});

/** A step that fails for good, at once. */
export const failing = (more: object = {}) => ({
  type: 'demo.fail',
  payload: { failures: 1, permanent: true, message: 'no luck' },
  ...more,
});

export const statuses = ({ steps }: WorkflowResource): Record<string, string> =>
  Object.fromEntries(Object.entries(steps).map(([name, { status }]) => [name, status]));

/** Fails its first attempt and no other: a job that is retried goes on counting. */
export const failingOnce = (more: object = {}) => ({
  type: 'demo.fail',
  payload: { failures: 1, message: 'no luck' },
  options: { attempts: 1 },
  ...more,
});
