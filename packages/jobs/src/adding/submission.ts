import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import type { Catalog } from '../catalog.ts';
import { type SubmissionOptions, submission } from '../contract/submission.ts';
import type { ValidSubmission } from '../record/queued-job.ts';
import { fieldErrors, toPointer } from './pointers.ts';

/** Deepest nesting of a body: deeper ones are attacks on parsers, not jobs. */
export const maxDepth = 64;

/**
 * What makes a JSON value unfit for a job, wherever it stands: nesting deeper than {@link maxDepth},
 * or a number too large to be one (`1e999`). It goes no deeper than that.
 */
export const unfitness = (value: unknown, depth = 0): string | undefined => {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : 'holds a number that is too large';
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === maxDepth) return `nests deeper than ${maxDepth} levels`;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    // Most values are texts, and need no call.
    const unfit = typeof inner === 'string' ? undefined : unfitness(inner, depth + 1);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
};

const invalid = (detail: string, errors: ReturnType<typeof fieldErrors>) =>
  new Problem('invalid-submission', detail, { errors });

/** @throws Problem `invalid-submission` when a body is unfit for any route that takes jobs. */
export const checkFitness = (body: unknown): void => {
  const unfit = unfitness(body);
  if (unfit) throw invalid(`The body ${unfit}.`, [{ pointer: '', message: unfit }]);
};

/** @throws Problem `unknown-job-type`, with the nearest name. */
export const typeNamed = (catalog: Catalog, given: string, at: readonly PropertyKey[]) => {
  const type = catalog.offered(given);
  if (type) return type;
  const name = given.slice(0, 100);
  const message = `There is no job type "${name}".${didYouMean(name, catalog.names)}`;
  throw new Problem('unknown-job-type', `${message} GET /job-types lists all.`, {
    errors: [{ pointer: toPointer([...at, 'type']), message }],
  });
};

interface Envelope {
  type: string;
  payload?: unknown;
  options?: SubmissionOptions | undefined;
}

/** Whether it is nothing but a type and a payload, as most are: then there is no more to check. */
const isPlain = (body: unknown): body is Omit<Envelope, 'options'> & { options?: never } => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  for (const name in body) {
    if (name !== 'type' && name !== 'payload') return false;
  }
  return 'type' in body && typeof body.type === 'string';
};

const parseEnvelope = (body: unknown, at: readonly PropertyKey[]): Envelope => {
  const parsed = submission.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid('The submission is not valid.', fieldErrors(parsed.error, at));
};

/**
 * Checks one submission whose fitness is known: the body of `POST /jobs`, or an item of a batch.
 * @param at where it stands in the request body.
 * @throws Problem `invalid-submission` or `unknown-job-type`, with a pointer to each fault.
 */
export const parseSubmission = (
  body: unknown,
  catalog: Catalog,
  at: readonly PropertyKey[] = [],
): Omit<ValidSubmission, 'tenant'> => {
  const { type: name, payload, options } = isPlain(body) ? body : parseEnvelope(body, at);
  const type = typeNamed(catalog, name, at);
  const checked = type.payload.safeParse(payload);
  if (checked.success) return { type, payload, options };
  throw invalid(
    `The payload does not fit ${type.type}.`,
    fieldErrors(checked.error, [...at, 'payload']),
  );
};
