import type { WorkflowSubmissionInput } from '@drover/jobs/contract/workflow';
import type { Catalog, JobTypeMap, PayloadOf, ResultOf, TypeName } from '../catalog.ts';
import type { JobOptions } from '../submitting/submit.ts';
import { type Reference, type Resolvable, resultOf } from './references.ts';
import type { Workflow } from './workflow.ts';

/** A step of a workflow that is being built. */
export interface Step<R = unknown> {
  readonly name: string;
  /** Stands for what the step will return, in the payloads of others. */
  readonly result: Reference<R>;
  /** What the step has returned; undefined unless it has succeeded, or where it is too large to be shown. */
  resultIn(workflow: Workflow): R | undefined;
}

export interface StepOptions {
  /** Steps that must have ended well before; those whose results are taken are added by the server. */
  needs?: readonly Step[] | undefined;
  options?: JobOptions | undefined;
  /** Whether the workflow goes on when the step fails; default false. */
  allowFailure?: boolean | undefined;
  /** The step that runs when this one fails, and only then. */
  onFailure?: Step | undefined;
}

/** What holds for a workflow as a whole. */
export interface WorkflowOptions {
  expiresIn?: WorkflowSubmissionInput['expiresIn'];
  tags?: readonly string[] | undefined;
  /** Where its end is told. */
  webhook?: WorkflowSubmissionInput['webhook'];
}

/** A workflow that is being built. */
export interface WorkflowBuilder<C extends JobTypeMap = Catalog> {
  /**
   * Adds a step. Where its payload takes results of others, their types must fit.
   * @throws TypeError when the name is taken.
   */
  step<T extends TypeName<C>>(
    name: string,
    type: T,
    payload: Resolvable<PayloadOf<T, C>>,
    options?: StepOptions,
  ): Step<ResultOf<T, C>>;
  /** The step that runs when any other fails that has none of its own. */
  onFailure(step: Step): void;
  /** The body of `POST /workflows`. */
  toJSON(): WorkflowSubmissionInput;
}

type Steps = Record<string, { type: string; payload: unknown; needs?: string[] }>;

/** Begins a workflow: `const flow = buildWorkflow(); const a = flow.step('a', …)`. */
export const buildWorkflow = <C extends JobTypeMap = Catalog>({
  expiresIn,
  tags,
  webhook,
}: WorkflowOptions = {}): WorkflowBuilder<C> => {
  const steps = new Map<string, Steps[string]>();
  let common: string | undefined;

  return {
    step: (name, type, payload, { needs = [], options, allowFailure, onFailure } = {}) => {
      if (steps.has(name)) throw new TypeError(`There is a step "${name}" already.`);
      steps.set(name, {
        type,
        payload,
        ...(needs.length > 0 && { needs: needs.map((step) => step.name) }),
        ...(options && { options }),
        ...(allowFailure !== undefined && { allowFailure }),
        ...(onFailure && { onFailure: onFailure.name }),
      });
      return {
        name,
        result: resultOf(name),
        resultIn: ({ steps: known }) => {
          const step = Object.hasOwn(known, name) ? known[name] : undefined;
          if (step?.status !== 'succeeded' || step.resultOmitted) return undefined;
          return step.result as ReturnType<Step<ResultOf<typeof type, C>>['resultIn']>;
        },
      };
    },
    onFailure: (step) => {
      common = step.name;
    },
    toJSON: () => ({
      steps: Object.fromEntries(steps),
      ...(common !== undefined && { onFailure: common }),
      ...(expiresIn !== undefined && { expiresIn }),
      ...(tags && { tags: [...tags] }),
      ...(webhook && { webhook }),
    }),
  };
};
