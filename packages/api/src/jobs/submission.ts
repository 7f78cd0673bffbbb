import type { Catalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { Problem } from '@drover/shared/http/problem';
import { didYouMean } from '@drover/shared/nearest';
import { z } from 'zod';
import { fieldErrors } from './pointers.ts';

/** Deepest nesting of a body: deeper ones are attacks on parsers, not jobs. */
export const maxDepth = 64;

const submission = z.strictObject({ type: z.string(), payload: z.unknown() });

/** A submission that may be enqueued: a known type and a payload that fits it. */
export interface Submission {
  type: JobType;
  payload: unknown;
}

/**
 * What makes a JSON value unfit for a job, wherever it stands: nesting deeper than {@link maxDepth},
 * or a number too large to be one (`1e999`). Iterative, because recursion is what deep bodies attack.
 */
export const unfitness = (value: unknown): string | undefined => {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return `nests deeper than ${maxDepth} levels`;
    if (level.some((it) => typeof it === 'number' && !Number.isFinite(it))) {
      return 'holds a number that is too large';
    }
    level = level.flatMap((it) => (typeof it === 'object' && it !== null ? Object.values(it) : []));
  }
  return undefined;
};

const invalid = (detail: string, errors: ReturnType<typeof fieldErrors>) =>
  new Problem('invalid-submission', detail, { errors });

/**
 * Checks the body of `POST /jobs`.
 * @throws Problem `invalid-submission` or `unknown-job-type`, with a pointer to each fault.
 */
export const parseSubmission = (body: unknown, catalog: Catalog): Submission => {
  const unfit = unfitness(body);
  if (unfit) throw invalid(`The body ${unfit}.`, [{ pointer: '', message: unfit }]);
  const envelope = submission.safeParse(body);
  if (!envelope.success) throw invalid('The submission is not valid.', fieldErrors(envelope.error));

  const { type: name } = envelope.data;
  const type = catalog.get(name);
  if (!type) {
    const message = `There is no job type "${name.slice(0, 100)}".${didYouMean(name.slice(0, 100), catalog.names)}`;
    throw new Problem('unknown-job-type', `${message} GET /job-types lists all.`, {
      errors: [{ pointer: '/type', message }],
    });
  }

  const payload = type.payload.safeParse(envelope.data.payload);
  if (!payload.success) {
    throw invalid(`The payload does not fit ${name}.`, fieldErrors(payload.error, ['payload']));
  }
  // As submitted, not as parsed: defaults of the type are applied when the job runs.
  return { type, payload: envelope.data.payload };
};
