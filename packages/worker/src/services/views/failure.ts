import { PermanentError } from '@drover/jobs/definition/errors';
import type { View } from '@drover/jobs/views/define-view';
import { isDatabaseUnavailable, sqlStateOf } from '@drover/shared/database/failures';
import { CodedError } from '@drover/shared/errors';

/** What the SQLSTATEs that the query of a view runs into mean. */
const meanings: Readonly<Record<string, string>> = {
  '22003': 'a number is out of range',
  '22012': 'division by zero',
  '23505': 'rows that "uniqueBy" does not tell apart',
  '42501': 'permission denied',
  '42703': 'a column that it reads is gone',
  '42883': 'a function that it calls is gone',
  '53100': 'the disk is full',
  '53200': 'out of memory',
  '57014': 'the statement was canceled',
};

const undefinedRelations = ['42P01', '3F000'];

/**
 * Why a refresh failed, in words that tell no data and no SQL: Postgres's own texts may.
 * @returns an error that is worth a retry, unless the view is not there.
 */
export const refreshFailure = (thrown: unknown, { name }: View): CodedError => {
  const state = sqlStateOf(thrown);
  if (state !== undefined && undefinedRelations.includes(state)) {
    const message = `the view "${name}", or a table that it reads, is not in the database`;
    return new PermanentError(message, { code: 'view-missing', cause: thrown });
  }
  if (isDatabaseUnavailable(thrown)) {
    return new CodedError('database-unavailable', 'the connection to Postgres was lost', {
      cause: thrown,
    });
  }
  const meaning = state === undefined ? 'it was not finished' : meanings[state];
  const told = [meaning, state && `SQLSTATE ${state}`].filter((it) => it !== undefined);
  return new CodedError('view-refresh-failed', `the query failed: ${told.join(', ')}`, {
    cause: thrown,
  });
};
