// npm run check: types and lint, silent about success.
import { runChecks, showFailure } from './checks.ts';

const outcomes = await runChecks();
for (const outcome of outcomes) showFailure(outcome);
const failed = outcomes.filter(({ passed }) => !passed);
console.log(
  failed.length === 0
    ? 'types and lint are fine'
    : `failed: ${failed.map(({ name }) => name).join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
