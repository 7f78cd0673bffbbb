import type { FieldError } from '@drover/shared/http/problem';
import { z } from 'zod';
import { fieldErrors, toPointer } from '../adding/pointers.ts';
import type { JobType } from '../definition/define-job.ts';
import type { Reference } from './references.ts';
import { areDisjoint, describeTypes, isImpossible, possibleTypes } from './schema-types.ts';

type Path = readonly PropertyKey[];

const isWithin = (inner: Path, outer: Path): boolean =>
  outer.every((name, n) => String(inner[n]) === String(name));

/**
 * Whether an issue may be the fault of what stands there only until the step is released. Fields that
 * the type does not know are wrong whatever comes.
 */
const mayResolve = (issue: z.core.$ZodIssue, references: readonly Reference[]): boolean => {
  if (issue.code === 'unrecognized_keys') {
    return references.some(({ at }) => isWithin(issue.path, at));
  }
  return references.some(({ at }) => isWithin(issue.path, at) || isWithin(at, issue.path));
};

/** What can be seen of a reference without its value: that there can be none, or none that fits. */
const referenceFault = (
  reference: Reference,
  target: JobType,
  source: JobType | undefined,
): string | undefined => {
  const wanted = possibleTypes(target.payload, 'input', reference.at.map(String));
  if (reference.to === 'error') {
    const fields = ['step', 'job', 'status', 'code', 'message'];
    const [field, ...rest] = reference.path;
    if (field === undefined) return undefined;
    if (!fields.includes(field) || rest.length > 0) return `an error has ${fields.join(', ')}`;
    return areDisjoint(wanted, new Set(['string'] as const))
      ? `expected ${describeTypes(wanted)}, and this is a string`
      : undefined;
  }
  if (!source) return undefined;
  const given = possibleTypes(source.result, 'output', reference.path);
  const place = `"${reference.step}${toPointer(reference.path)}"`;
  if (isImpossible(given)) return `a result of ${source.type} has nothing at ${place}`;
  if (!areDisjoint(wanted, given)) return undefined;
  return `expected ${describeTypes(wanted)}, but ${place} is ${describeTypes(given)}`;
};

/**
 * Checks a payload of which some places are not known yet.
 * @param typeOf the type of another step.
 * @param at where the step stands in the body.
 */
export const checkPayload = (
  type: JobType,
  payload: unknown,
  references: readonly Reference[],
  { typeOf, at }: { typeOf(step: string): JobType | undefined; at: Path },
): FieldError[] => {
  const base = [...at, 'payload'];
  const parsed = type.payload.safeParse(payload);
  const issues = parsed.success
    ? []
    : parsed.error.issues.filter((issue) => !mayResolve(issue, references));
  const unfit = issues.length > 0 ? fieldErrors(new z.ZodError(issues), base) : [];
  const faults = references.flatMap((reference) => {
    const source = reference.to === 'result' ? typeOf(reference.step) : undefined;
    const message = referenceFault(reference, type, source);
    return message ? [{ pointer: toPointer([...base, ...reference.at]), message }] : [];
  });
  return [...unfit, ...faults];
};
