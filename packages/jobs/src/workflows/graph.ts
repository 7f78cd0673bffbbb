import type { FieldError } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import { maxErrors, toPointer } from '../adding/pointers.ts';
import type { WrittenStep } from './normalize.ts';
import type { Reference } from './references.ts';

/** A written step, and the references that stand in its payload. */
export interface ReadStep extends WrittenStep {
  references: readonly Reference[];
}

/** A step within its graph; others are known by their places in the list of steps. */
export interface GraphStep {
  needs: readonly number[];
  /** The step that runs when this one fails. */
  onFailure: number | undefined;
  /** Whether it runs only when others fail. */
  isHandler: boolean;
}

/** Either the graph or what is wrong with it. */
export type Graph = { steps: readonly GraphStep[] } | { errors: readonly FieldError[] };

const error = (step: ReadStep, path: readonly PropertyKey[], message: string): FieldError => ({
  pointer: toPointer([...step.at, ...path]),
  message,
});

/**
 * Names of steps, and the faults of those who name what is not there: as many as are told, for each is
 * compared with all names.
 */
const createLookup = (steps: readonly ReadStep[], errors: FieldError[]) => {
  const places = new Map(steps.map(({ name }, index) => [name, index]));
  return (name: string, by: ReadStep, path: readonly PropertyKey[]): number | undefined => {
    const place = places.get(name);
    if (place === undefined && errors.length < maxErrors) {
      const hint = didYouMean(name, [...places.keys()]);
      errors.push(error(by, path, `there is no step "${name}".${hint}`));
    }
    return place;
  };
};

type Lookup = ReturnType<typeof createLookup>;

/** What a step waits for: what it says, and the steps whose results it takes. */
const needsOf = (step: ReadStep, isHandler: boolean, look: Lookup): number[] => {
  const said = step.needs.map((name, n) => look(name, step, ['needs', n]));
  const taken = step.references.map((reference) =>
    reference.to === 'result'
      ? look(reference.step, step, ['payload', ...reference.at])
      : undefined,
  );
  const places = isHandler ? said : [...said, ...taken];
  return [...new Set(places.filter((place) => place !== undefined))];
};

/** The steps of a cycle, in order; undefined when there is none. */
const findCycle = (steps: readonly GraphStep[]): readonly number[] | undefined => {
  const state = new Uint8Array(steps.length);
  const way: number[] = [];
  const visit = (at: number): readonly number[] | undefined => {
    if (state[at] === 2) return undefined;
    if (state[at] === 1) return way.slice(way.indexOf(at));
    state[at] = 1;
    way.push(at);
    for (const next of steps[at]?.needs ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    way.pop();
    state[at] = 2;
    return undefined;
  };
  for (const at of steps.keys()) {
    const cycle = visit(at);
    if (cycle) return cycle;
  }
  return undefined;
};

/** Most steps of a cycle that a message names. */
const maxNamed = 20;

/** A cycle in the order in which its steps would have to run, from its first step in the submission. */
const describeCycle = (cycle: readonly number[], steps: readonly ReadStep[]): FieldError => {
  const line = cycle.toReversed();
  const start = line.indexOf(Math.min(...line));
  const turned = [...line.slice(start), ...line.slice(0, start)];
  const names = turned.map((at) => steps[at]?.name ?? '');
  const shown = names.length > maxNamed ? [...names.slice(0, maxNamed), '…'] : names;
  const first = steps[turned[0] ?? 0] as ReadStep;
  return error(first, ['needs'], `the steps form a cycle: ${[...shown, names[0]].join(' -> ')}`);
};

/** What a step that runs only when others fail may not have. */
const handlerFaults = (step: ReadStep, needs: readonly number[]): FieldError[] => {
  const faults: FieldError[] = [];
  const refuse = (path: string, message: string) => faults.push(error(step, [path], message));
  if (needs.length > 0) refuse('needs', 'an onFailure step runs when others fail: it needs none');
  if (step.job.onFailure !== undefined) {
    refuse('onFailure', 'an onFailure step has no onFailure step of its own');
  }
  for (const { to, at, fallback } of step.references) {
    if (to === 'result' && !fallback) {
      const message = 'an onFailure step takes results only with a default: they may be missing';
      faults.push(error(step, ['payload', ...at], message));
    }
  }
  return faults;
};

const stepFaults = (
  step: ReadStep,
  graph: GraphStep,
  isHandler: (at: number) => boolean,
  steps: readonly ReadStep[],
): FieldError[] => {
  if (graph.isHandler) return handlerFaults(step, graph.needs);
  const faults = graph.needs.filter(isHandler).map((at) => {
    const { name = '' } = steps[at] ?? {};
    return error(step, ['needs'], `"${name}" runs only when others fail: no step can need it`);
  });
  if (step.job.allowFailure && step.job.onFailure !== undefined) {
    const message = 'a step that may fail has no onFailure step: give one of the two';
    faults.push(error(step, ['onFailure'], message));
  }
  for (const { to, at } of step.references) {
    if (to === 'error') {
      faults.push(error(step, ['payload', ...at], '$error stands in onFailure steps only'));
    }
  }
  return faults;
};

/**
 * Ties steps to those that they need. It finds all that can be wrong with a graph: names that nobody
 * has, cycles, and `onFailure` steps that are something else, too.
 * @param onFailure the step that runs when one fails that names none.
 */
export const toGraph = (steps: readonly ReadStep[], onFailure: string | undefined): Graph => {
  const errors: FieldError[] = [];
  const look = createLookup(steps, errors);
  const common = steps.findIndex(({ name }) => name === onFailure);
  if (onFailure !== undefined && common < 0) {
    const hint = didYouMean(
      onFailure,
      steps.map(({ name }) => name),
    );
    errors.push({ pointer: '/onFailure', message: `there is no step "${onFailure}".${hint}` });
  }
  const named = steps.map((step) =>
    step.job.onFailure === undefined ? undefined : look(step.job.onFailure, step, ['onFailure']),
  );
  const handlers = new Set([...named, common].filter((at) => at !== undefined && at >= 0));
  const graph = steps.map((step, at): GraphStep => {
    const isHandler = handlers.has(at);
    const own = named[at] ?? (common >= 0 && !step.job.allowFailure ? common : undefined);
    return {
      needs: needsOf(step, isHandler, look),
      onFailure: isHandler ? undefined : own,
      isHandler,
    };
  });
  if (errors.length > 0) return { errors };
  const cycle = findCycle(graph);
  if (cycle) return { errors: [describeCycle(cycle, steps)] };
  for (const [at, step] of steps.entries()) {
    errors.push(...stepFaults(step, graph[at] as GraphStep, (n) => handlers.has(n), steps));
  }
  if (handlers.size === steps.length) {
    errors.push({ pointer: '', message: 'every step is an onFailure step: none would run' });
  }
  return errors.length > 0 ? { errors } : { steps: graph };
};
