import { databaseFailure, isDatabaseUnavailable } from '@drover/shared/database/failures';
import { Problem } from '@drover/shared/http/problem';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';

/** Codes of {@link databaseFailure} that pass by themselves. */
const passing = ['database-unavailable', 'database-busy'];

/** SQLSTATE of a table that the scheduler has not made yet. */
const undefinedTable = '42P01';

/**
 * Does what needs Postgres.
 * @throws Problem `store-unavailable` when it is away; errors of Redis and of ours as they are.
 */
export const withDatabase = async <T>(use: () => Promise<T>): Promise<T> => {
  try {
    return await use();
  } catch (thrown) {
    if (
      thrown instanceof Problem ||
      (isRedisUnavailable(thrown) && !isDatabaseUnavailable(thrown))
    ) {
      throw thrown;
    }
    const failure = databaseFailure(thrown);
    const code = 'code' in failure ? String(failure.code) : '';
    const isUnprepared = (thrown as { code?: unknown }).code === undefinedTable;
    if (!passing.includes(code) && !isUnprepared) throw thrown;
    throw new Problem('store-unavailable', 'The schedules cannot be read or written now.', {
      headers: { 'retry-after': '1' },
      cause: thrown,
    });
  }
};
