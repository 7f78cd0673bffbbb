// npm run test:faults [-- --seed S --jobs N --rate N --keep]: breaks a running Drover at random.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type FaultsOptions, runFaults } from '../e2e/faults/run-faults.ts';
import { toError } from '../packages/shared/src/errors.ts';
import { root } from './checkout.ts';
import { onStopRequests } from './stack/stop-requests.ts';

const usageExitCode = 2;
const interruptedExitCode = 130;

const say = (text: string) => console.log(text);

const usage = `npm run test:faults -- [options]

  --seed S   what decides which jobs and faults there are; default one by chance
  --jobs N   how many jobs are submitted; default 20000
  --rate N   how many a second; default 110
  --keep     keep the ledger and the logs also when nothing is wrong`;

const wholeNumber = (name: string, text: string): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`--${name} must be a whole number above 0, not "${text}".`);
};

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      jobs: { type: 'string', default: '20000' },
      rate: { type: 'string', default: '110' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { seed, keep, help } = values;
  return {
    seed,
    keep,
    help,
    jobs: wholeNumber('jobs', values.jobs),
    rate: wholeNumber('rate', values.rate),
  };
};

type Options = ReturnType<typeof readOptions>;

const run = async ({ seed, jobs, rate, keep }: Options): Promise<number> => {
  const folder = join(root, '.drover', 'faults', `${seed}-${Date.now()}`.replace(/[^\w-]/g, '_'));
  await mkdir(folder, { recursive: true });
  const again = `npm run test:faults -- --seed ${JSON.stringify(seed)} --jobs ${jobs} --rate ${rate}`;
  say(`seed ${seed}; the same again: ${again}`);
  say(`ledger and logs: ${folder}`);
  const options: FaultsOptions = {
    seed,
    jobs,
    rate,
    sizes: { api: 2, worker: 3, scheduler: 2 },
    gapMs: [500, 3_000],
    postgresDownMs: [2_000, 120_000],
    folder,
    say,
  };
  const outcome = await runFaults(options);
  say(`\n${outcome.report}\n`);
  if (outcome.hasFailed) {
    say(`A promise was broken. All of it: ${folder}. The same again: ${again}`);
    return 1;
  }
  if (!keep) await rm(folder, { recursive: true });
  say(`Every promise was kept (seed ${seed}).`);
  return 0;
};

// The guards of the processes end them when we end.
const interrupt = () => process.exit(interruptedExitCode);
onStopRequests({ stop: interrupt, force: interrupt });

try {
  const options = readOptions();
  if (options.help) say(usage);
  process.exit(options.help ? 0 : await run(options));
} catch (thrown) {
  const { message, stack } = toError(thrown);
  const isUsage = message.startsWith('--') || message.includes("option '");
  process.stderr.write(`${isUsage ? `${message}\n\n${usage}` : stack}\n`);
  process.exit(isUsage ? usageExitCode : 1);
}
