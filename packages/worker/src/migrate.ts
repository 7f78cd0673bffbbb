// Prepares the database and ends: for a container, or a role that may do what the processes may not.
import { prepareDatabase } from '@drover/jobs/database/prepare';
import { ConfigError, configExitCode, loadDatabaseConfig } from '@drover/shared/config';
import { createLog } from '@drover/shared/log';

try {
  const { url, production, log: options } = loadDatabaseConfig();
  const log = await createLog('migrate', options);
  await prepareDatabase({ url, name: 'drover-migrate', demo: !production, log });
  log.info('the database is up to date');
} catch (err) {
  const code = err instanceof Error && 'code' in err ? String(err.code) : undefined;
  if (code === undefined) throw err;
  process.stderr.write(`${(err as Error).message || code}\n`);
  process.exitCode = err instanceof ConfigError ? configExitCode : 1;
}
