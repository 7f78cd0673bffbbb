// The door to every task: `node scripts/run.mjs <task> [args…]`, called by the scripts in package.json.
// Plain JavaScript for Node 18 and later, without dependencies: it brings the Node and the packages
// that everything else needs, then hands over to scripts/<task>.ts.
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureDependencies } from './run/dependencies.mjs';
import { createRelay } from './run/relay.mjs';
import { SetupError, say } from './run/report.mjs';
import { findNode } from './run/toolchain.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const tasks = {
  start: 'run Drover: api, worker and scheduler, with a Redis and a Postgres of their own',
  test: 'run types, lint and all tests; arguments go to vitest',
  faults: 'kill, freeze and cut off everything at random, and check that no job is lost',
  graphs: 'kill processes at random while workflows run, and check that each comes to its end',
  compose: 'run the stack of docker-compose.yml, break it under load, and check what is promised',
  check: 'types and lint only',
  format: 'format the code and mend what the linter can mend',
  docs: 'write the generated reference pages',
  migrate: 'bring the database up to date and end',
  seed: 'fill the demonstration schema: customers, products, orders, sessions',
  keys: 'make an API key, or tell the hash of one',
  doctor: 'what is wrong with this Drover, and what to do about it',
  drover: 'the command line: submit jobs and see what becomes of them',
  bench: 'list the benchmarks, or run one by name',
};

const usage = () => {
  const lines = Object.entries(tasks).map(([name, what]) => `  ${name.padEnd(8)}${what}`);
  return `Usage: node scripts/run.mjs <task> [args…]\n\nTasks:\n${lines.join('\n')}\n`;
};

const main = async () => {
  const [task, ...args] = process.argv.slice(2);
  if (task === undefined || !Object.hasOwn(tasks, task)) {
    process.stderr.write(task === undefined ? usage() : `Unknown task "${task}".\n\n${usage()}`);
    return 2;
  }

  const relay = createRelay();
  const node = await findNode(root, relay);
  const env = { ...process.env, PATH: [dirname(node.path), process.env.PATH].join(delimiter) };
  await ensureDependencies(root, relay, node.major, env);

  return relay.handOver(
    node.path,
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${pathToFileURL(join(root, 'scripts', 'run', 'with-parent.mjs'))}`,
      join(root, 'scripts', `${task}.ts`),
      ...args,
    ],
    { cwd: root, env: { ...env, NODE_COMPILE_CACHE: join(root, '.drover', 'compile-cache') } },
  );
};

try {
  process.exit(await main());
} catch (err) {
  if (!(err instanceof SetupError)) throw err;
  say(err.message);
  process.exit(err.exitCode);
}
