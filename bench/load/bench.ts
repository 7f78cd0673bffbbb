// npm run bench load -- <profile> [options]: load on a Drover that runs anywhere, held against criteria.
import { writeFile } from 'node:fs/promises';
import { toError } from '../../packages/shared/src/errors.ts';
import { onStopRequests } from '../../scripts/stack/stop-requests.ts';
import { say } from '../run-bench.ts';
import { htmlReport } from './report/html.ts';
import { textReport } from './report/text.ts';
import { prepareTest } from './run-test.ts';
import { readSettings, type Settings, usage } from './settings.ts';

const exitCodes = { met: 0, notMet: 1, notBegun: 2, interrupted: 130 } as const;

/** Runs a step that comes before the load; what is wrong with it is said. */
const attempt = async <T>(step: () => T | Promise<T>): Promise<T | undefined> => {
  try {
    return await step();
  } catch (thrown) {
    say(toError(thrown).message);
    process.exitCode = exitCodes.notBegun;
    return undefined;
  }
};

const test = async (settings: Settings): Promise<void> => {
  const ready = await attempt(() => prepareTest(settings, say));
  if (!ready) return;
  const interruption = new AbortController();
  onStopRequests({
    stop: () => interruption.abort(new Error('somebody asked to stop')),
    force: () => process.exit(exitCodes.interrupted),
  });
  const result = await ready.run(interruption.signal);
  console.log(settings.json ? JSON.stringify(result) : `\n${textReport(result)}`);
  if (settings.html !== undefined) {
    await writeFile(settings.html, htmlReport(result));
    say(`The report is in ${settings.html}.`);
  }
  if (interruption.signal.aborted) process.exitCode = exitCodes.interrupted;
  else process.exitCode = result.hasPassed ? exitCodes.met : exitCodes.notMet;
};

const main = async (): Promise<void> => {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return console.log(usage);
  const settings = await attempt(() => readSettings(args, process.env));
  if (settings) await test(settings);
};

try {
  await main();
} catch (thrown) {
  say(toError(thrown).message);
  process.exitCode = exitCodes.notMet;
}
