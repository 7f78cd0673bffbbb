// `docker compose run seed`: fills the demonstration schema, unless it is filled already.

import { loadDatabaseConfig } from '../../packages/shared/src/config.ts';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { seed } from '../seed/seed.ts';

const size = { orders: 20_000, seed: 1, days: 90 };
const say = (text: string) => void process.stdout.write(`${text}\n`);

try {
  await seed(loadDatabaseConfig().url, { size, replace: false }, say);
} catch (err) {
  if (!(err instanceof CodedError)) throw err;
  say(err.message);
  // What an earlier start has made is as good.
  process.exitCode = err.code === 'already-seeded' ? 0 : 1;
}
