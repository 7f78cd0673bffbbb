import { submittedAt } from '@drover/shared/job-id';
import { type QueuedJob, toQueuedJob } from '../record/queued-job.ts';
import type { WebhookTask } from '../settling/tasks.ts';
import type { ValidStep, ValidWorkflow } from './parse.ts';
import type { StoredStep } from './stored-step.ts';

/** A step that is ready to be stored: its job, and what its workflow keeps of it. */
export interface PlannedStep {
  job: QueuedJob;
  /** Whether it waits for other steps. */
  isBlocked: boolean;
  stored: StoredStep;
  /** Steps that it waits for. */
  needs: number;
  /** As submitted, where it has references. */
  payload: unknown;
}

/** A workflow that is ready to be stored. */
export interface PlannedWorkflow {
  id: string;
  partition: number;
  tenant: string;
  /** When it was submitted, in milliseconds. */
  createdAt: number;
  expiresAt: number | undefined;
  tags: readonly string[];
  /** Who is told of its end. */
  told: WebhookTask | undefined;
  steps: readonly PlannedStep[];
}

/** A step's own times count from its release, which the submission of a job does not know. */
const preparationOf = ({ options, type, references }: ValidStep): StoredStep['prepared'] => {
  const { delay, runAt, expiresIn } = options ?? {};
  const prepared = {
    ...(delay && { delay }),
    ...(runAt !== undefined && { runAt: Date.parse(runAt) }),
    ...(expiresIn !== undefined && { expiresIn }),
    ...(expiresIn === undefined &&
      type.expiresInMs !== undefined && { expiresAfter: type.expiresInMs }),
  };
  return references.length > 0 || Object.keys(prepared).length > 0 ? prepared : undefined;
};

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

/** The ids of all are derived: planned again, a workflow is the same. */
const createPlan = ({ steps, trace }: ValidWorkflow, plan: Omit<PlannedWorkflow, 'steps'>) => {
  const places = new Map(steps.map(({ name }, place) => [name, place]));
  const followers = steps.map((): number[] => []);
  const taken = new Set<number>();
  for (const [place, { needs, references }] of steps.entries()) {
    for (const need of needs) followers[need]?.push(place);
    for (const reference of references) {
      if (reference.to === 'result') taken.add(places.get(reference.step) ?? -1);
    }
  }

  const jobOf = (step: ValidStep, index: number, isBlocked: boolean): QueuedJob => {
    const { id: workflow, partition, tenant } = plan;
    const at = submittedAt(workflow) ?? 0;
    const derive = { seed: `${workflow}/${step.name}`, at, partition };
    const { type, payload, options } = step;
    const job = toQueuedJob({ type, payload, options, tenant, trace }, { partitions: 1, derive });
    const { expiresAt: own, ...data } = job.data;
    const { delay, ...opts } = job.opts;
    // What others failed for is dealt with, however late.
    const limit = step.isHandler ? undefined : plan.expiresAt;
    const expiresAt = isBlocked ? limit : earlier(own, limit);
    return {
      ...job,
      opts: { ...opts, ...(delay && !isBlocked && { delay }) },
      data: {
        ...data,
        ...(expiresAt !== undefined && { expiresAt }),
        settle: {
          step: { workflow, step: step.name, index },
          ...(step.told && { webhook: step.told }),
        },
      },
    };
  };

  const from = ({ references }: ValidStep) => {
    const steps = references.flatMap((reference) =>
      reference.to === 'result' ? [[reference.step, places.get(reference.step) ?? -1]] : [],
    );
    return steps.length > 0 ? { from: Object.fromEntries(steps) } : {};
  };

  return (step: ValidStep, place: number): PlannedStep => {
    const isBlocked = step.needs.length > 0 || step.isHandler;
    const job = jobOf(step, place, isBlocked);
    const prepared = isBlocked ? preparationOf(step) : undefined;
    return {
      job,
      isBlocked,
      needs: step.needs.length,
      payload: step.references.length > 0 ? step.payload : undefined,
      stored: {
        name: step.name,
        job: job.id,
        type: step.type.type,
        needs: [...step.needs],
        next: followers[place] ?? [],
        ...(step.allowFailure && { may: true }),
        ...(step.onFailure !== undefined && { rescue: step.onFailure }),
        ...(step.isHandler && { handler: true }),
        ...(taken.has(place) && { taken: true }),
        ...from(step),
        ...(prepared && { prepared }),
      },
    };
  };
};

/** Turns a valid submission into what goes to Redis. */
export const planWorkflow = (
  workflow: ValidWorkflow,
  { id, partition, tenant }: { id: string; partition: number; tenant: string },
): PlannedWorkflow => {
  const createdAt = Date.now();
  const expiresAt =
    workflow.expiresInMs === undefined ? undefined : createdAt + workflow.expiresInMs;
  const plan = {
    id,
    partition,
    tenant,
    createdAt,
    expiresAt,
    tags: workflow.tags,
    told: workflow.told,
  };
  return { ...plan, steps: workflow.steps.map(createPlan(workflow, plan)) };
};
