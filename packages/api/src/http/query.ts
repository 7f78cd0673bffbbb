import { Problem } from '@drover/shared/http/problem';
import type { z } from 'zod';

/**
 * The parameters of a query string, checked.
 * @throws Problem `invalid-parameters`, naming what is wrong with each.
 */
export const parseQuery = <S extends z.ZodType>(schema: S, query: unknown): z.output<S> => {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown: ${issue.keys.join(', ').slice(0, 100)}`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new Problem('invalid-parameters', `The query string is not valid: ${faults.join('; ')}.`);
};
