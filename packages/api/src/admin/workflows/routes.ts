import { type WorkflowResource, workflowStatus } from '@drover/jobs/contract/workflow';
import { parseWorkflowId } from '@drover/jobs/workflows/place';
import { readWorkflow } from '@drover/jobs/workflows/read';
import { Problem } from '@drover/shared/http/problem';
import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { z } from 'zod';
import type { Operator } from '../../auth/admin-pages.ts';
import type { JobStore } from '../../jobs/store.ts';
import type { WorkflowStore } from '../../workflows/store.ts';
import { workflowPath } from '../jobs/pieces.ts';
import { filled, nameField } from '../jobs/query.ts';
import type { Admin } from '../shell/admin.ts';
import { writeButton } from '../shell/elements.ts';
import type { Html } from '../shell/html.ts';
import { createLayouts } from './layouts.ts';
import { listWorkflowsOf } from './list.ts';
import { workflowListPage } from './list-page.ts';
import { resumeWorkflow } from './resume.ts';
import { workflowPage } from './workflow-page.ts';

export interface WorkflowPageParts {
  workflows: Pick<WorkflowStore, 'read' | 'cancel'>;
  store: Pick<JobStore, 'retry'>;
  queues: QueueSet;
  partitions: number;
  /** Whose workflows are listed unless a tenant is named. */
  tenants: readonly string[];
}

/** Workflows on a page. */
const pageSize = 50;

const query = filled({
  status: workflowStatus.optional(),
  tenant: nameField.optional(),
  before: z
    .string()
    .regex(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/, 'expected a link of this page')
    .optional(),
});

const notFound = (id: string): Problem =>
  new Problem(
    'workflow-not-found',
    `There is no workflow "${id.slice(0, 100)}", or its time here is over.`,
  );

const addressOf = (id: string): JobAddress => {
  const address = parseWorkflowId(id);
  if (!address) throw notFound(id);
  return address;
};

const buttons = (operator: Operator, { id, status }: WorkflowResource): Html[] => {
  if (status === 'succeeded') return [];
  const path = workflowPath(id);
  return status === 'running'
    ? [
        writeButton(operator, {
          action: `${path}/cancel`,
          label: 'Cancel the workflow',
          tone: 'danger',
          confirm: 'What runs is told to stop, and what waits never begins.',
        }),
      ]
    : [
        writeButton(operator, {
          action: `${path}/resume`,
          label: 'Resume',
          tone: 'primary',
          confirm: 'The steps that did not end well run again, and then what waited for them.',
        }),
      ];
};

const writes = (admin: Admin, { workflows, store, queues }: WorkflowPageParts): void => {
  const fields = z.strictObject({});
  const target = ({ params }: { params: Readonly<Record<string, string>> }) => params['id'] ?? null;

  admin.write({
    path: '/workflows/:id/cancel',
    section: 'workflows',
    action: 'workflow.cancel',
    target,
    fields,
    run: async ({ params: { id = '' } }) => {
      const answer = await workflows.cancel(addressOf(id));
      if (answer === 'gone') throw notFound(id);
      if (answer === 'finished') {
        throw new Problem('workflow-finished', 'The workflow has ended already.');
      }
      const message =
        answer === 'running'
          ? 'The workflow is being canceled: what runs was told to stop.'
          : 'The workflow was canceled.';
      return { to: workflowPath(id), message };
    },
  });

  admin.write({
    path: '/workflows/:id/resume',
    section: 'workflows',
    action: 'workflow.resume',
    target,
    fields,
    run: async ({ params: { id = '' } }) => {
      const address = addressOf(id);
      const steps = await resumeWorkflow({ queues, store }, address);
      if (steps === 0) {
        if (!(await readWorkflow(queues, address))) throw notFound(id);
        throw new Problem(
          'job-not-retryable',
          'No step of the workflow can run again now: it goes on already, or has succeeded.',
        );
      }
      const message = `The workflow goes on: ${steps === 1 ? 'a step runs' : `${steps} steps run`} again.`;
      return { to: workflowPath(id), message, details: { steps } };
    },
  });
};

/** `/admin/workflows` and `/admin/workflows/:id`. */
export const workflowPages = (admin: Admin, parts: WorkflowPageParts): void => {
  const { workflows, queues, partitions } = parts;
  const layouts = createLayouts();

  admin.page({
    path: '/workflows',
    section: 'workflows',
    query,
    show: async ({ query: search }) => {
      const tenants = search.tenant === undefined ? parts.tenants : [search.tenant];
      const { status, before } = search;
      const page = { tenants, status, before, limit: pageSize };
      const found = await listWorkflowsOf(queues, partitions, page);
      return workflowListPage(search, found, parts.tenants);
    },
  });

  admin.page({
    path: '/workflows/:id',
    section: 'workflows',
    show: async ({ params: { id = '' }, operator }) => {
      const found = await workflows.read(addressOf(id));
      if (!found) throw notFound(id);
      const { resource } = found;
      return workflowPage(resource, {
        drawing: layouts(resource),
        actions: buttons(operator, resource),
        now: Date.now(),
      });
    },
  });

  writes(admin, parts);
};
