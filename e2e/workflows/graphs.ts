import fc from 'fast-check';
import type { WorkflowSubmissionInput } from '../../packages/jobs/src/contract/workflow.ts';

/** A step of a random graph, before it is written as a submission. */
interface Drawn {
  /** Which of the steps before it it needs, as fractions of their number. */
  needs: readonly number[];
  takesResults: boolean;
  fate: 'good' | 'retried' | 'bad';
  allowFailure: boolean;
  isTold: boolean;
  ms: number;
}

/** A random workflow, and what is done to it. */
export interface RandomGraph {
  body: Extract<WorkflowSubmissionInput, { steps: object }>;
  /** Canceled after that many milliseconds. */
  cancelAfterMs: number | undefined;
}

const drawnStep: fc.Arbitrary<Drawn> = fc.record({
  needs: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 3 }),
  takesResults: fc.boolean(),
  fate: fc.oneof(
    { weight: 12, arbitrary: fc.constant('good' as const) },
    { weight: 2, arbitrary: fc.constant('retried' as const) },
    { weight: 1, arbitrary: fc.constant('bad' as const) },
  ),
  allowFailure: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  isTold: fc.oneof(
    { weight: 3, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  ms: fc.integer({ min: 0, max: 60 }),
});

const nameOf = (index: number) => `s${index}`;

const toStep = (drawn: Drawn, index: number, receiver: string) => {
  const needs = index === 0 ? [] : drawn.needs.map((at) => nameOf(Math.floor(at * index)));
  const unique = [...new Set(needs)];
  return {
    type: 'faults.work',
    needs: unique,
    payload: {
      n: index,
      ms: drawn.ms,
      failures: drawn.fate === 'good' ? 0 : 1,
      permanent: drawn.fate === 'bad',
      ...(drawn.takesResults && {
        after: unique.map((name) => ({ $result: `${name}/run`, default: 'none' })),
      }),
    },
    ...(drawn.allowFailure && { allowFailure: true }),
    ...(drawn.isTold && { options: { webhook: { url: receiver } } }),
  };
};

const toGraph = (
  drawn: readonly Drawn[],
  options: { tidies: boolean; cancelAfterMs: number | undefined },
  receiver: string,
): RandomGraph => {
  const steps = drawn.map((step, index) => [nameOf(index), toStep(step, index, receiver)] as const);
  const tidy = { type: 'faults.mail', payload: { n: drawn.length, ms: 5 } };
  return {
    body: {
      steps: { ...Object.fromEntries(steps), ...(options.tidies && { tidy }) },
      ...(options.tidies && { onFailure: 'tidy' }),
      webhook: { url: receiver },
    },
    cancelAfterMs: options.cancelAfterMs,
  };
};

const drawnGraph = fc.record({
  drawn: fc.array(drawnStep, { minLength: 1, maxLength: 12 }),
  tidies: fc.boolean(),
  cancelAfterMs: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  ),
});

/**
 * The same graphs for the same seed.
 * @param receiver URL that is told of the end of each, and of some of their steps.
 */
export const randomGraphs = (seed: number, count: number, receiver: string): RandomGraph[] =>
  fc
    .sample(drawnGraph, { seed, numRuns: count })
    .map(({ drawn, ...options }) => toGraph(drawn, options, receiver));
