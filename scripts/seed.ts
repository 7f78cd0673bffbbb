// npm run seed: fills the demonstration schema.
import { seed } from './seed/seed.ts';
import { readSeedOptions, SeedUsageError, seedUsage } from './seed/usage.ts';
import { withDatabase } from './stack/with-database.ts';

const say = (text: string) => void process.stderr.write(`${text}\n`);

try {
  const options = readSeedOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(seedUsage);
  else await withDatabase((url) => seed(url, options, say));
} catch (err) {
  const code = err instanceof Error && 'code' in err ? String(err.code) : undefined;
  if (err instanceof SeedUsageError) say(`${err.message}\n\n${seedUsage}`);
  else if (code === undefined) throw err;
  else say((err as Error).message || code);
  process.exitCode = err instanceof SeedUsageError ? 2 : 1;
}
