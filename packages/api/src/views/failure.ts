import { databaseFailure } from '@drover/shared/database/failures';
import { CodedError, toError } from '@drover/shared/errors';
import { Problem } from '@drover/shared/http/problem';

/** Failures that pass by themselves. */
const passing = ['database-unavailable', 'database-busy', 'cache-load-timeout'];

/** SQLSTATE of a table that the worker has not made yet. */
const undefinedTable = '42P01';

/** What a client is told of a view that cannot be read; other errors as they are. */
export const viewProblem = (thrown: unknown): Error => {
  const failure = databaseFailure(thrown);
  const code = failure instanceof CodedError ? failure.code : '';
  if (code === 'view-missing') {
    return new Problem('view-not-found', `This server has no such view: ${failure.message}.`);
  }
  if (code === 'filter-invalid') {
    const detail = `The query string is not valid: filter: ${failure.message}.`;
    return new Problem('invalid-parameters', detail);
  }
  if (!passing.includes(code) && (thrown as { code?: unknown }).code !== undefinedTable) {
    return toError(thrown);
  }
  return new Problem('store-unavailable', 'The view cannot be read now.', {
    headers: { 'retry-after': '1' },
    cause: thrown,
  });
};
