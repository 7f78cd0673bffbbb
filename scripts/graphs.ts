// npm run test:graphs [-- --seed S --graphs N --rate N]: kills a running Drover while it does workflows.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runGraphs } from '../e2e/workflows/run-graphs.ts';
import { toError } from '../packages/shared/src/errors.ts';
import { root } from './checkout.ts';
import { startPostgres } from './stack/postgres.ts';
import { onStopRequests } from './stack/stop-requests.ts';

const usageExitCode = 2;
const interruptedExitCode = 130;

const say = (text: string) => console.log(text);

const usage = `npm run test:graphs -- [options]

  --seed S     a whole number that decides the graphs, and which process is killed when; default one
               by chance
  --graphs N   how many workflows are submitted; default 500
  --rate N     how many a second; default 5`;

const wholeNumber = (name: string, text: string): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`--${name} must be a whole number above 0, not "${text}".`);
};

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 1e9)) },
      graphs: { type: 'string', default: '500' },
      rate: { type: 'string', default: '5' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    help: values.help,
    seed: wholeNumber('seed', values.seed),
    graphs: wholeNumber('graphs', values.graphs),
    rate: wholeNumber('rate', values.rate),
  };
};

const run = async ({ seed, graphs, rate }: ReturnType<typeof readOptions>): Promise<number> => {
  const folder = join(root, '.drover', 'graphs', `${seed}-${Date.now()}`);
  await mkdir(folder, { recursive: true });
  say(`seed ${seed}; the same again: npm run test:graphs -- --seed ${seed} --graphs ${graphs}`);
  say(`ledger and logs: ${folder}`);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false, say });
  try {
    const report = await runGraphs({
      seed,
      graphs,
      rate,
      sizes: { api: 2, worker: 3, scheduler: 2 },
      gapMs: [300, 2_000],
      databaseUrl: postgres.url,
      folder,
    });
    const { faults, workflows, events, kills, byStatus } = report;
    const statuses = Object.entries(byStatus).map(([status, count]) => `${count} ${status}`);
    say(
      `${workflows} workflows (${statuses.join(', ')}), ${events} events, ${kills} processes killed`,
    );
    say(faults.length === 0 ? 'nothing is wrong' : faults.join('\n'));
    return faults.length === 0 ? 0 : 1;
  } finally {
    await postgres.stop();
    await rm(join(folder, 'postgres'), { recursive: true, force: true });
  }
};

const main = async (): Promise<number> => {
  const interrupted = Promise.withResolvers<number>();
  onStopRequests({
    stop: () => interrupted.resolve(interruptedExitCode),
    force: () => process.exit(interruptedExitCode),
  });
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions();
  } catch (thrown) {
    console.error(`${toError(thrown).message}\n\n${usage}`);
    return usageExitCode;
  }
  if (options.help) {
    say(usage);
    return 0;
  }
  return Promise.race([run(options), interrupted.promise]);
};

process.exit(await main());
