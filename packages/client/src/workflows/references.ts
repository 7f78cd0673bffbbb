/** Marks what a reference stands for; never there at run time. */
declare const stands: unique symbol;

/**
 * Stands in a payload for a value that a step will have returned: `resize.result.artifact.url`. Each
 * property is a reference itself. The server puts the value in its place when the step is released.
 */
export type Reference<V> = { readonly [stands]: V } & (V extends object
  ? { readonly [K in keyof V]-?: Reference<V[K]> }
  : unknown);

/** A payload in which references may stand for values. */
export type Resolvable<P> = unknown extends P
  ? P
  : P | Reference<P> | (P extends object ? { readonly [K in keyof P]: Resolvable<P[K]> } : never);

interface Marked {
  marker: '$result' | '$error';
  /** Of the step; empty for an error. */
  step: string;
  path: readonly string[];
  fallback?: { value: unknown };
}

const markedBy = new WeakMap<object, Marked>();

const pointerOf = ({ step, path }: Marked): string =>
  step + path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const toJson = (marked: Marked) => ({
  [marked.marker]: pointerOf(marked),
  ...(marked.fallback && { default: marked.fallback.value }),
});

const createReference = (marked: Marked): object => {
  const reference = new Proxy(Object.freeze({}), {
    get: (_target, name) => {
      if (typeof name === 'symbol') return undefined;
      if (name === 'toJSON') return () => toJson(marked);
      return createReference({ ...marked, path: [...marked.path, name] });
    },
  });
  markedBy.set(reference, marked);
  return reference;
};

/** Stands for what a step of that name returns. */
export const resultOf = <V>(step: string): Reference<V> =>
  createReference({ marker: '$result', step, path: [] }) as Reference<V>;

/** What went wrong in the step that an `onFailure` step runs for. */
export interface StepError {
  step: string;
  job: string;
  status: 'failed' | 'canceled' | 'expired';
  code: string;
  message: string;
}

/** Stands, in an `onFailure` step, for what went wrong: `failure.message`. */
export const failure = createReference({
  marker: '$error',
  step: '',
  path: [],
}) as Reference<StepError>;

/**
 * The same reference with a value for the case that there is nothing: its step was allowed to fail and
 * has, or its result has nothing there.
 */
export const orElse = <V, D>(reference: Reference<V>, value: D): Reference<V | D> => {
  const marked = markedBy.get(reference);
  if (!marked) throw new TypeError('orElse: expected a reference to the result of a step.');
  return createReference({ ...marked, fallback: { value } }) as Reference<V | D>;
};
