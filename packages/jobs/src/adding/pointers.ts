import type { FieldError } from '@drover/shared/http/problem';
import type { z } from 'zod';

/** Longest pointer in an answer, in characters: an unknown field's name may be as long as the body. */
const maxPointerLength = 500;

/** A JSON Pointer (RFC 6901) to a place in the request body. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .slice(0, maxPointerLength);

/** Most errors listed in one answer. */
export const maxErrors = 20;

/** Zod's issues as pointers into the body; an unknown field is an error of its own. */
export const fieldErrors = (error: z.ZodError, base: readonly PropertyKey[] = []): FieldError[] =>
  error.issues
    .flatMap((issue): FieldError[] => {
      const path = [...base, ...issue.path];
      switch (issue.code) {
        case 'unrecognized_keys':
          return issue.keys.map((key) => ({
            pointer: toPointer([...path, key]),
            message: 'unknown field',
          }));
        default:
          return [{ pointer: toPointer(path), message: issue.message }];
      }
    })
    .slice(0, maxErrors);
