import type { WorkflowSubmissionInput } from '@drover/jobs/contract/workflow';
import { DroverError } from '../error.ts';
import { type FollowOptions, followEvents } from '../following/follow.ts';
import { type WaitOptions, waitUntilOver } from '../following/wait.ts';
import { heldFor } from '../http/prefer.ts';
import { segment, type Transport } from '../http/transport.ts';
import type { CallOptions } from '../operations.ts';
import { newIdempotencyKey } from '../submitting/idempotency-key.ts';
import type { SubmitCall } from '../submitting/submit.ts';
import {
  hasEnded,
  toWorkflowEvent,
  type Workflow,
  type WorkflowEvent,
  type WorkflowPage,
  type WorkflowStatus,
} from './workflow.ts';

/** What can be submitted: a body, or what a builder made. */
export type WorkflowSubmission = WorkflowSubmissionInput | { toJSON(): WorkflowSubmissionInput };

/** The workflow, and whether its key was used before. */
export type SubmittedWorkflow = Workflow & { readonly replayed: boolean };

/** A workflow, or the id of one. */
export type WorkflowOrId = string | { readonly id: string };

export interface ListOptions extends CallOptions {
  status?: WorkflowStatus | undefined;
  cursor?: string | undefined;
  /** Most workflows of the page; default 50, 200 at most. */
  limit?: number | undefined;
}

const idOf = (workflow: WorkflowOrId): string =>
  typeof workflow === 'string' ? workflow : workflow.id;

const pathOf = (workflow: WorkflowOrId): string => `workflows/${segment(idOf(workflow))}`;

const queryOf = ({ status, cursor, limit }: ListOptions): string => {
  const query = new URLSearchParams({
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { cursor }),
    ...(limit !== undefined && { limit: String(limit) }),
  }).toString();
  return query === '' ? '' : `?${query}`;
};

/** The calls that are about workflows. */
export const workflowCalls = (transport: Transport) => {
  const get = async (path: string, { signal }: CallOptions, waitMs?: number): Promise<Workflow> => {
    const request = { method: 'GET', path, retry: 'always', signal, ...heldFor(waitMs) } as const;
    return (await transport.request<Workflow>(request)).body;
  };

  return {
    /** Submits a workflow; resolves when the server holds it, or with `waitMs` when it has ended. */
    submit: async (
      workflow: WorkflowSubmission,
      { idempotencyKey = newIdempotencyKey(), waitMs, signal }: SubmitCall = {},
    ): Promise<SubmittedWorkflow> => {
      const hold = heldFor(waitMs);
      const { headers, body } = await transport.request<Workflow>({
        method: 'POST',
        path: 'workflows',
        ...hold,
        headers: { ...hold.headers, 'idempotency-key': idempotencyKey },
        body: workflow,
        retry: 'always',
        signal,
      });
      return { ...body, replayed: headers.get('idempotency-replayed') === 'true' };
    },

    /** The workflow as it is now, or with `waitMs` (60 000 at most) as soon as it has ended. */
    get: (workflow: WorkflowOrId, options: CallOptions & { waitMs?: number | undefined } = {}) =>
      get(pathOf(workflow), options, options.waitMs),

    /**
     * The workflow as soon as it has ended, however it did.
     * @throws DroverError `wait-timed-out` when it has not ended within `timeoutMs`; it goes on.
     */
    wait: (workflow: WorkflowOrId, options: WaitOptions = {}): Promise<Workflow> =>
      waitUntilOver<Workflow>(
        transport,
        { path: pathOf(workflow), name: `The workflow ${idOf(workflow)}`, isOver: hasEnded },
        options,
      ),

    /** What happens to a workflow and its steps, as it happens; ends when the workflow has ended. */
    follow: (
      workflow: WorkflowOrId,
      options: FollowOptions = {},
    ): AsyncGenerator<WorkflowEvent, void> =>
      followEvents<WorkflowEvent>(
        transport,
        {
          path: `${pathOf(workflow)}/events`,
          read: toWorkflowEvent,
          isLast: ({ event, data }) => event === 'status' && hasEnded(data),
        },
        options,
      ),

    /** Workflows, the newest first. */
    list: async (options: ListOptions = {}): Promise<WorkflowPage> => {
      const { signal } = options;
      const path = `workflows${queryOf(options)}`;
      const request = { method: 'GET', path, retry: 'always', signal } as const;
      return (await transport.request<WorkflowPage>(request)).body;
    },

    /**
     * Cancels a workflow: what waits never starts, what runs is told to stop. When an answer was lost,
     * the next try may meet the workflow that the first one canceled: that is a success.
     * @throws DroverError `workflow-finished`.
     */
    cancel: async (workflow: WorkflowOrId, options: CallOptions = {}): Promise<Workflow> => {
      const path = pathOf(workflow);
      try {
        const request = { method: 'DELETE', path, retry: 'always', ...options } as const;
        return (await transport.request<Workflow>(request)).body;
      } catch (err) {
        const again =
          err instanceof DroverError && err.code === 'workflow-finished' && err.attempts > 1;
        const found = again ? await get(path, options) : undefined;
        if (found?.status === 'canceled') return found;
        throw err;
      }
    },
  };
};
