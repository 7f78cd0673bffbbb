import { databaseFailure } from '@drover/shared/database/failures';
import { CodedError, toError } from '@drover/shared/errors';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';

/** A part of a page that could be read, or why it could not. */
export type Part<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

const reasonOf = (err: Error): string | undefined => {
  if (isRedisUnavailable(err)) return 'Redis does not answer.';
  const failure = databaseFailure(err);
  if (!(failure instanceof CodedError)) return undefined;
  return failure.code === 'database-error'
    ? 'Postgres is not prepared yet, or refuses to answer.'
    : 'Postgres does not answer.';
};

/** Reads a part of a page: a store that is away takes away this part and not the page. */
export const partOf = async <T>(reading: Promise<T>): Promise<Part<T>> => {
  try {
    return { ok: true, value: await reading };
  } catch (err) {
    const why = reasonOf(toError(err));
    if (why === undefined) throw err;
    return { ok: false, why };
  }
};
