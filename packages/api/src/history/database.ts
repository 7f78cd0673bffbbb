import { databaseFailure, isDatabaseUnavailable } from '@drover/shared/database/failures';
import { Problem } from '@drover/shared/http/problem';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';

/** Codes of {@link databaseFailure} that pass by themselves. */
const passing = ['database-unavailable', 'database-busy'];

/** SQLSTATEs of a table, a function or a schema that has not been made yet. */
const unprepared = ['42P01', '42883', '3F000'];

/** Whether an error says that there is no history yet, not that it cannot be read. */
export const isUnprepared = (thrown: unknown): boolean =>
  unprepared.includes(String((thrown as { code?: unknown } | undefined)?.code));

/** What a client is told of a history that cannot be read; other errors as they are. */
export const historyProblem = (thrown: unknown): unknown => {
  if (thrown instanceof Problem) return thrown;
  const failure = databaseFailure(thrown);
  const code = 'code' in failure ? String(failure.code) : '';
  const isLost = isDatabaseUnavailable(thrown) || !isRedisUnavailable(thrown);
  if (!(isLost && passing.includes(code)) && !isUnprepared(thrown)) return thrown;
  const detail =
    code === 'database-busy'
      ? 'The history took too long to search. Narrow the filter, or try again.'
      : 'The history cannot be read now. Try again.';
  return new Problem('store-unavailable', detail, {
    headers: { 'retry-after': '1' },
    cause: thrown,
  });
};

/**
 * Does what needs the history.
 * @throws Problem `store-unavailable` while Postgres is away, slow or not prepared.
 */
export const withHistory = async <T>(use: () => Promise<T>): Promise<T> => {
  try {
    return await use();
  } catch (thrown) {
    throw historyProblem(thrown);
  }
};
