import type { ImportOutcome } from '@drover/jobs/definition/services';
import type { PoolClient } from 'pg';

/** Records are kept longer than any job that could be retried. */
const keptDays = 90;

/**
 * Claims an import for this transaction. When another transaction has claimed it, which a worker that
 * lost its job may be, it waits for that one's end.
 * @returns the outcome when the import has happened already.
 */
export const claimImport = async (
  client: PoolClient,
  key: string,
): Promise<ImportOutcome | undefined> => {
  const claimed = await client.query(
    'insert into drover.imports (job) values ($1) on conflict (job) do nothing',
    [key],
  );
  if (claimed.rowCount === 1) return undefined;
  const { rows } = await client.query<{ result: ImportOutcome }>(
    'select result from drover.imports where job = $1',
    [key],
  );
  return rows[0]?.result;
};

/** Notes the outcome, in the transaction of the import; forgets those of long ago. */
export const recordImport = async (
  client: PoolClient,
  key: string,
  outcome: ImportOutcome,
): Promise<void> => {
  await client.query('update drover.imports set result = $2 where job = $1', [key, outcome]);
  await client.query('delete from drover.imports where finished_at < now() - $1::interval', [
    `${keptDays} days`,
  ]);
};
