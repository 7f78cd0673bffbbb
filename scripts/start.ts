// npm start: Drover on this machine, with nothing installed but Node.
import { join, resolve } from 'node:path';
import {
  type Config,
  ConfigError,
  configExitCode,
  loadConfig,
} from '../packages/shared/src/config.ts';
import { describeDuration } from '../packages/shared/src/duration.ts';
import { CodedError } from '../packages/shared/src/errors.ts';
import { memoryAtRest } from '../packages/shared/src/lifecycle/memory-at-rest.ts';
import { root } from './checkout.ts';
import { friendlyHost, reachableHost } from './stack/addresses.ts';
import { announceReady } from './stack/banner.ts';
import { type Ownership, takeOwnership } from './stack/ownership.ts';
import { type UnusablePort, unusablePorts } from './stack/ports.ts';
import { startPostgres } from './stack/postgres.ts';
import { startRedis } from './stack/redis.ts';
import { createReport, type Report } from './stack/report.ts';
import type { App, Embedded } from './stack/stack.ts';
import { runStack } from './stack/supervisor.ts';

/** What an app takes beyond SHUTDOWN_GRACE to close its connections, generously. */
const closingSeconds = 10;
/** How long a server takes to stop, generously. */
const serverSeconds = 20;

/** An empty variable counts as unset, as in config.ts. */
const given = (name: string) => (process.env[name] ?? '').trim() !== '';

/** The processes' own configuration, with stand-ins for the URLs that we are yet to make. */
const readConfig = (): Config =>
  loadConfig({
    ...process.env,
    ...(!given('REDIS_URL') && { REDIS_URL: 'redis://embedded' }),
    ...(!given('DATABASE_URL') && { DATABASE_URL: 'postgres://embedded' }),
    DATA_DIR: resolve(root, given('DATA_DIR') ? (process.env.DATA_DIR as string) : '.drover'),
  });

const reasons: Record<string, string> = {
  EADDRINUSE: 'is in use',
  EACCES: 'may not be used by this user',
};
const foreignAddress = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'];

const describePort = ({ variable, port, reason }: UnusablePort, host: string) =>
  foreignAddress.includes(reason)
    ? `HOST=${host} is not an address of this machine (${reason}).`
    : `Port ${port} on ${host} ${reasons[reason] ?? `cannot be used (${reason})`}: set ${variable} to another one.`;

const checkPorts = async ({ host, ports }: Config) => {
  const unusable = await unusablePorts(host, [
    { variable: 'PORT', port: ports.api },
    { variable: 'WORKER_PORT', port: ports.worker },
    { variable: 'SCHEDULER_PORT', port: ports.scheduler },
  ]);
  if (unusable.length === 0) return;
  const lines = new Set(unusable.map((port) => describePort(port, host)));
  throw new CodedError('ports-unusable', [...lines].join('\n'));
};

const appsOf = (config: Config, graceSeconds: number): App[] => {
  const app = (name: 'api' | 'worker' | 'scheduler', slowStop: string): App => ({
    name,
    entry: join(root, 'packages', name, 'src', 'main.ts'),
    readyUrl: `http://${reachableHost(config.host)}:${config.ports[name]}/ready`,
    liveUrl: `http://${reachableHost(config.host)}:${config.ports[name]}/live`,
    graceSeconds,
    slowStop: `waiting for ${name} ${slowStop}`,
  });
  const grace = describeDuration(config.lifecycle.graceMs);
  // In the order of stopping: first what takes new work in, last what finishes it.
  return [
    app('api', 'to answer its last requests'),
    app('scheduler', 'to finish'),
    app(
      'worker',
      `to finish its running jobs; after ${grace} they return to the queue (Ctrl-C again: now)`,
    ),
  ];
};

const serversOf = (config: Config, graceSeconds: number, report: Report): Embedded[] => {
  const common = (name: string) => ({
    dataDir: join(config.dataDir, name),
    logFile: join(config.dataDir, 'logs', `${name}.log`),
    peersWaitSeconds: graceSeconds + 2,
    say: report.info,
  });
  const redis: Embedded = {
    variable: 'REDIS_URL',
    start: (port) => startRedis({ ...common('redis'), port }),
  };
  const postgres: Embedded = {
    variable: 'DATABASE_URL',
    start: (port) => startPostgres({ ...common('postgres'), port }),
  };
  return [redis, postgres].filter(({ variable }) => !given(variable));
};

const environmentOf = (config: Config): NodeJS.ProcessEnv => ({
  ...process.env,
  HOST: config.host,
  PORT: String(config.ports.api),
  WORKER_PORT: String(config.ports.worker),
  SCHEDULER_PORT: String(config.ports.scheduler),
  DATA_DIR: config.dataDir,
});

const run = async (config: Config, report: Report, ownership: Ownership): Promise<number> => {
  await checkPorts(config);
  const graceSeconds = Math.ceil(config.lifecycle.graceMs / 1_000) + closingSeconds;
  return runStack({
    apps: appsOf(config, graceSeconds),
    servers: serversOf(config, graceSeconds, report),
    env: environmentOf(config),
    cwd: root,
    ownership,
    report,
    onReady: () => {
      announceReady(report, {
        host: config.host,
        ports: config.ports,
        hasDevelopmentKey: !config.production,
        startMs: performance.now(),
      });
      void memoryAtRest().start();
    },
  });
};

const main = async (): Promise<number> => {
  const config = readConfig();
  const report = createReport(config.log.format);
  try {
    const ownership = await takeOwnership(config.dataDir, {
      api: `http://${friendlyHost(config.host)}:${config.ports.api}`,
      patienceMs: config.lifecycle.graceMs + (closingSeconds + serverSeconds) * 1_000,
      report,
    });
    return await run(config, report, ownership);
  } catch (err) {
    if (!(err instanceof CodedError)) throw err;
    report.error(err.message, { code: err.code });
    return 1;
  }
};

try {
  process.exit(await main());
} catch (err) {
  if (!(err instanceof ConfigError)) throw err;
  process.stderr.write(`${err.message}\n`);
  process.exit(configExitCode);
}
