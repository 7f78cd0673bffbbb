import type { JobResource } from '@drover/jobs/contract/job-resource';
import type { WorkflowList, WorkflowResource } from '@drover/jobs/contract/workflow';
import type { WorkflowParts } from '@drover/jobs/workflows/advance';
import { cancelWorkflow, expireSteps, isOverdue } from '@drover/jobs/workflows/end';
import { listWorkflows, type WorkflowPage } from '@drover/jobs/workflows/list';
import type { ValidWorkflow } from '@drover/jobs/workflows/parse';
import { parseWorkflowId } from '@drover/jobs/workflows/place';
import { readWorkflow, type StoredWorkflow } from '@drover/jobs/workflows/read';
import { type SubmitOptions, type Submitted, submitWorkflow } from '@drover/jobs/workflows/submit';
import { toSummary } from '@drover/jobs/workflows/summary';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { Seen } from '../following/watches.ts';
import type { JobStore } from '../jobs/store.ts';
import { toWorkflowResource } from './resource.ts';

/** A tenant's workflow as Redis holds it. */
export interface FoundWorkflow {
  address: JobAddress;
  resource: WorkflowResource;
}

/** The workflows in Redis, as the API meets them. Its errors are Redis errors. */
export interface WorkflowStore {
  submit(workflow: ValidWorkflow, options: SubmitOptions): Promise<Submitted>;
  /** @returns undefined when there is no such workflow, or it is another tenant's. */
  find(id: string, tenant: string): Promise<FoundWorkflow | undefined>;
  /** The workflow at an address whose tenant is known to be right. */
  read(address: JobAddress): Promise<Seen<WorkflowResource> | undefined>;
  cancel(workflow: JobAddress): ReturnType<typeof cancelWorkflow>;
  list(page: WorkflowPage): Promise<WorkflowList>;
}

export const createWorkflowStore = (
  parts: WorkflowParts & { jobs: Pick<JobStore, 'read'>; partitions: number },
): WorkflowStore => {
  const { queues, jobs, partitions } = parts;

  const jobsOf = async ({ steps }: StoredWorkflow): Promise<Map<string, JobResource>> => {
    const open = steps.filter(({ outcome }) => !outcome).map(({ step }) => step.job);
    const found = await Promise.all(
      open.map(async (id) => {
        const address = parseJobId(id);
        return address && (await jobs.read(address));
      }),
    );
    return new Map(found.flatMap((job) => (job ? [[job.resource.id, job.resource]] : [])));
  };

  /** What has not started in time never will, whether or not a worker has come by to say so. */
  const expireOverdue = async (workflow: StoredWorkflow): Promise<void> => {
    if (isOverdue(workflow)) await expireSteps(parts, workflow);
  };

  const toResource = async (workflow: StoredWorkflow) =>
    toWorkflowResource(workflow, await jobsOf(workflow));

  return {
    submit: (workflow, options) => submitWorkflow(queues, workflow, options),
    find: async (id, tenant) => {
      const address = parseWorkflowId(id);
      const workflow = address && (await readWorkflow(queues, address));
      if (!address || workflow?.tenant !== tenant) return undefined;
      await expireOverdue(workflow);
      return { address, resource: await toResource(workflow) };
    },
    read: async (address) => {
      const workflow = await readWorkflow(queues, address);
      if (!workflow) return undefined;
      await expireOverdue(workflow);
      const { status, expiresAt } = workflow;
      const isFuture = status === 'running' && expiresAt !== undefined && expiresAt > Date.now();
      return {
        resource: await toResource(workflow),
        expiresAt: isFuture ? expiresAt : undefined,
      };
    },
    cancel: (workflow) => cancelWorkflow(parts, workflow),
    list: async (page) => {
      const { items, next } = await listWorkflows(queues, partitions, page);
      return { items: items.map(toSummary), nextCursor: next ?? null };
    },
  };
};
