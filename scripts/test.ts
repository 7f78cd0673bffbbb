// npm test: types, lint, then every test on a real Redis and a real Postgres; arguments go to vitest.
// The last line of its output is the count.
import { toError } from '../packages/shared/src/errors.ts';
import { runChecks, showFailure } from './checks.ts';
import { ensureChromium } from './stack/chromium.ts';
import { findRedis } from './stack/find-redis.ts';
import { ensurePromtool } from './stack/promtool.ts';
import { createTally, summaryLine } from './test/tally.ts';

const say = (text: string) => console.log(text);
const tally = createTally();
const counted = () => tally.total().passed + tally.total().failed;

const checkCode = async () => {
  for (const outcome of await runChecks()) {
    tally.add('checks', outcome.passed ? 'passed' : 'failed');
    showFailure(outcome);
  }
};

/** Installs what tests need now, at leisure: within a test it would run into its time limit. */
const prepareMachine = async () => {
  await findRedis({ say });
  await ensureChromium({ say });
  await ensurePromtool({ say });
};

/** Vitest decides about colours when it is loaded, and without regard to where its output goes. */
const loadRunner = () => {
  if (!process.stderr.isTTY && process.env['FORCE_COLOR'] === undefined) {
    process.env['NO_COLOR'] ??= '1';
  }
  return import('./test/run-tests.ts');
};

const runAll = async (): Promise<number | undefined> => {
  const { interruptedExitCode, runTests } = await loadRunner();
  const before = counted();
  const { wasInterrupted } = await runTests(process.argv.slice(2), tally);
  if (wasInterrupted) {
    say('interrupted: not all tests were run');
    return interruptedExitCode;
  }
  if (counted() === before) throw new Error('no test was run');
  return undefined;
};

const run = async (): Promise<number | undefined> => {
  try {
    await checkCode();
    await prepareMachine();
    return await runAll();
  } catch (thrown) {
    // Something other than a test went wrong: it counts as one that failed.
    tally.add('outside of tests', 'failed');
    process.stderr.write(`\n FAIL  ${toError(thrown).message}\n\n`);
    return undefined;
  }
};

const interrupted = await run();
const total = tally.total();
say(summaryLine(total));
process.exit(interrupted ?? (total.failed > 0 ? 1 : 0));
