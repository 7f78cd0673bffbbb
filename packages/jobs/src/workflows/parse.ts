import { type FieldError, Problem } from '@drover/shared/http/problem';
import type { TraceContext } from '@drover/shared/tracing/trace-context';
import { fieldErrors, maxErrors, toPointer } from '../adding/pointers.ts';
import { checkFitness, typeNamed } from '../adding/submission.ts';
import type { Catalog } from '../catalog.ts';
import type { SubmissionOptions } from '../contract/submission.ts';
import type { WebhookTarget } from '../contract/webhook-target.ts';
import {
  chainSubmission,
  graphSubmission,
  groupSubmission,
  maxSteps,
  type WorkflowBody,
} from '../contract/workflow.ts';
import type { JobType } from '../definition/define-job.ts';
import type { WebhookTask } from '../settling/tasks.ts';
import { checkPayload } from './check-payload.ts';
import { type GraphStep, type ReadStep, toGraph } from './graph.ts';
import { duplicateNames, type WrittenStep, writtenSteps } from './normalize.ts';
import { findReferences, isBad, type Reference } from './references.ts';

/** A step of a valid workflow. */
export interface ValidStep extends GraphStep {
  name: string;
  type: JobType;
  /** As submitted, references included. */
  payload: unknown;
  references: readonly Reference[];
  options: SubmissionOptions | undefined;
  allowFailure: boolean;
  /** Where it stands in the body. */
  at: readonly PropertyKey[];
  /** Who is told of its end. */
  told?: WebhookTask;
}

/** A valid submission of a workflow. Milliseconds. */
export interface ValidWorkflow {
  steps: readonly ValidStep[];
  expiresInMs: number | undefined;
  tags: readonly string[];
  webhook: WebhookTarget | undefined;
  /** Who is told of its end. */
  told?: WebhookTask;
  /** What its steps are a part of. */
  trace?: TraceContext | undefined;
}

const refuse = (errors: readonly FieldError[]): never => {
  const detail = errors.length === 1 ? (errors[0]?.message ?? '') : 'The workflow is not valid.';
  throw new Problem('invalid-submission', detail, { errors: errors.slice(0, maxErrors) });
};

const forms = { steps: graphSubmission, chain: chainSubmission, group: groupSubmission } as const;

/** Reads whichever form the body has, so that its faults are told as those of that form. */
const parseForm = (body: unknown): WorkflowBody => {
  const names = Object.keys(forms) as (keyof typeof forms)[];
  const given = names.filter((name) => Object.hasOwn(Object(body), name));
  const [form, ...others] = given;
  if (form === undefined || others.length > 0) {
    return refuse([{ pointer: '', message: 'expected one of "steps", "chain" and "group"' }]);
  }
  const parsed = forms[form].safeParse(body);
  return parsed.success ? parsed.data : refuse(fieldErrors(parsed.error));
};

const readReferences = (step: WrittenStep, errors: FieldError[]): ReadStep => {
  const found = findReferences(step.job.payload);
  for (const { at, message } of found.filter(isBad)) {
    errors.push({ pointer: toPointer([...step.at, 'payload', ...at]), message });
  }
  return { ...step, references: found.filter((it): it is Reference => !isBad(it)) };
};

const readSteps = (body: WorkflowBody): readonly ReadStep[] => {
  const written = writtenSteps(body);
  const errors = duplicateNames(written);
  if (written.length > maxSteps) {
    errors.push({ pointer: '/group', message: `expected ${maxSteps} steps at most` });
  }
  for (const { job, at } of written) {
    if (job.options?.dedupe) {
      const pointer = toPointer([...at, 'options', 'dedupe']);
      errors.push({ pointer, message: 'a step takes no dedupe: another job would stand for it' });
    }
  }
  const read = written.map((step) => readReferences(step, errors));
  return errors.length > 0 ? refuse(errors) : read;
};

const checkPayloads = (steps: readonly ReadStep[], types: readonly JobType[]): FieldError[] => {
  const places = new Map(steps.map(({ name }, at) => [name, at]));
  const typeOf = (name: string) => types[places.get(name) ?? -1];
  return steps.flatMap(({ job, at, references }, n) =>
    checkPayload(types[n] as JobType, job.payload, references, { typeOf, at }),
  );
};

/**
 * Checks a workflow: its form, its graph, and of each payload what can be known before it runs.
 * @throws Problem `invalid-submission` or `unknown-job-type`, with a pointer to each fault.
 */
export const parseWorkflow = (body: unknown, catalog: Catalog): ValidWorkflow => {
  checkFitness(body);
  const form = parseForm(body);
  const steps = readSteps(form);
  const types = steps.map(({ job, at }) => typeNamed(catalog, job.type, at));
  const graph = toGraph(steps, form.onFailure);
  if ('errors' in graph) return refuse(graph.errors);
  const unfit = checkPayloads(steps, types);
  if (unfit.length > 0) return refuse(unfit);
  return {
    steps: steps.map(({ name, job, at, references }, n) => ({
      ...(graph.steps[n] as GraphStep),
      name,
      type: types[n] as JobType,
      payload: job.payload,
      references,
      options: job.options,
      allowFailure: job.allowFailure ?? false,
      at,
    })),
    expiresInMs: form.expiresIn,
    tags: [...new Set(form.tags)],
    webhook: form.webhook,
  };
};
