import type { FieldError } from '@drover/shared/http/problem';
import { toPointer } from '../adding/pointers.ts';
import type { ListedStepBody, WorkflowBody, WorkflowStepBody } from '../contract/workflow.ts';

/** A step as it was written, whatever the form of the submission. */
export interface WrittenStep {
  name: string;
  /** Where it stands in the body. */
  at: readonly PropertyKey[];
  needs: readonly string[];
  job: Pick<WorkflowStepBody, 'type' | 'payload' | 'options' | 'allowFailure' | 'onFailure'>;
}

const named = (
  { name, ...job }: ListedStepBody,
  number: number,
  at: readonly PropertyKey[],
): WrittenStep => ({ name: name ?? `step-${number}`, at, needs: [], job });

/** The names of steps that run only when others fail: they are no part of a chain or group. */
const handlersOf = (jobs: readonly ListedStepBody[], common: string | undefined) =>
  new Set([...jobs, { onFailure: common }].flatMap(({ onFailure }) => onFailure ?? []));

const chained = (jobs: readonly ListedStepBody[], onFailure: string | undefined): WrittenStep[] => {
  const steps = jobs.map((job, index) => named(job, index + 1, ['chain', index]));
  const handlers = handlersOf(jobs, onFailure);
  const line = steps.filter(({ name }) => !handlers.has(name));
  for (const [index, step] of line.entries()) {
    const before = line[index - 1];
    if (before) step.needs = [before.name];
  }
  return steps;
};

const grouped = (
  jobs: readonly ListedStepBody[],
  last: ListedStepBody | undefined,
  onFailure: string | undefined,
): WrittenStep[] => {
  const steps = jobs.map((job, index) => named(job, index + 1, ['group', index]));
  if (!last) return steps;
  const handlers = handlersOf([...jobs, last], onFailure);
  const needs = steps.map(({ name }) => name).filter((name) => !handlers.has(name));
  return [...steps, { ...named(last, steps.length + 1, ['then']), needs }];
};

const given = (steps: Readonly<Record<string, WorkflowStepBody>>): WrittenStep[] =>
  Object.entries(steps).map(([name, { needs = [], ...job }]) => ({
    name,
    at: ['steps', name],
    needs: [...new Set(needs)],
    job,
  }));

/** The steps of any form of submission. */
export const writtenSteps = (body: WorkflowBody): WrittenStep[] => {
  if ('steps' in body) return given(body.steps);
  return 'chain' in body
    ? chained(body.chain, body.onFailure)
    : grouped(body.group, body.then, body.onFailure);
};

/** Names that two steps of a list have. */
export const duplicateNames = (steps: readonly WrittenStep[]): FieldError[] => {
  const first = new Map<string, WrittenStep>();
  return steps.flatMap((step) => {
    const earlier = first.get(step.name);
    if (!earlier) {
      first.set(step.name, step);
      return [];
    }
    const message = `the step ${toPointer(earlier.at)} is named "${step.name}", too`;
    return [{ pointer: toPointer([...step.at, 'name']), message }];
  });
};
