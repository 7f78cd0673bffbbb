// npm run migrate: brings the database up to date, as every process that needs it does at its start.
import { CodedError } from '../packages/shared/src/errors.ts';
import { withDatabase } from './stack/with-database.ts';

try {
  await withDatabase(async (url) => {
    process.env['DATABASE_URL'] = url;
    await import('../packages/worker/src/migrate.ts');
  });
} catch (err) {
  if (!(err instanceof CodedError)) throw err;
  process.stderr.write(`${err.message}\n`);
  process.exitCode = 1;
}
