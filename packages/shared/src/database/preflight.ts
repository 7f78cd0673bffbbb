import type { Pool } from 'pg';
import { CodedError } from '../errors.ts';

/** Oldest major version that still gets fixes and has what Drover uses. */
export const minimumPostgresVersion = 14;

/** @throws CodedError `postgres-too-old`; the driver's own error when the server cannot be reached. */
export const checkPostgres = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query<{ version: number }>(
    "select current_setting('server_version_num')::int / 10000 as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < minimumPostgresVersion) {
    throw new CodedError(
      'postgres-too-old',
      `Postgres ${version} is too old: Drover needs ${minimumPostgresVersion} or later.`,
    );
  }
};
