import { unfitness } from '@drover/jobs/adding/submission';
import type { Catalog } from '@drover/jobs/catalog';
import { Problem } from '@drover/shared/http/problem';
import { editedPayload } from '../../dead-letters/redrive.ts';
import { duplicateNames } from '../../http/duplicate-names.ts';
import { parseJson } from '../../http/json-body.ts';

/** Largest payload, in bytes of JSON: that of a body of the API. */
const maxBytes = 1_048_576;

/** Beyond so many characters it is not indented, which would make it half as long again. */
const maxIndented = 200_000;

/** A payload as it is to be changed: all of it. */
export const editableText = (payload: unknown): string => {
  const text = JSON.stringify(payload) ?? 'null';
  return text.length > maxIndented ? text : JSON.stringify(payload, undefined, 2);
};

const invalid = (detail: string, message: string): Problem =>
  new Problem('invalid-submission', detail, { errors: [{ pointer: '/payload', message }] });

/** What the parser of JavaScript says of it, with line and column. */
const faultOf = (text: string): string => {
  try {
    JSON.parse(text);
    return 'not well-formed';
  } catch (err) {
    return err instanceof Error ? err.message : 'not well-formed';
  }
};

/** @throws Problem `invalid-submission`, saying where the text is no JSON, or none to be trusted. */
const parsePayload = (text: string): unknown => {
  const bytes = Buffer.from(text);
  if (bytes.length > maxBytes) throw invalid('The payload is too large.', 'expected 1 MiB at most');
  try {
    const payload = parseJson(bytes);
    const unfit = unfitness(payload);
    if (unfit) throw invalid(`The payload ${unfit}.`, unfit);
    const [twice] = duplicateNames(text);
    if (twice) throw invalid('The payload has a name twice in one object.', twice.message);
    return payload;
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== 'malformed-json') throw thrown;
    throw invalid('The payload is not well-formed JSON.', faultOf(text));
  }
};

/**
 * The payload that somebody has written.
 * @param current the payload as it is.
 * @returns undefined when it says the same as the current one.
 * @throws Problem `invalid-submission`, or `unknown-job-type` where it cannot be changed.
 */
export const payloadOf = (
  text: string,
  { current, type, catalog }: { current: unknown; type: string; catalog: Catalog },
): { payload: unknown } | undefined => {
  const payload = parsePayload(text);
  if (JSON.stringify(payload) === JSON.stringify(current)) return undefined;
  return editedPayload({ payload }, type, catalog);
};
