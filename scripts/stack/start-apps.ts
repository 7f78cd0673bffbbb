import { configExitCode } from '../../packages/shared/src/config.ts';
import { describeExit, type Exit, type Guarded, spawnGuarded } from './guarded.ts';
import { keepRunning } from './keep-running.ts';
import { untilReady } from './readiness.ts';
import { killWhenSilent } from './silence.ts';
import type { App, Stack } from './stack.ts';

const slowStartMs = 10_000;

/**
 * Largest half of the young generation, in MiB; Node's own is 16. Three processes share a laptop with
 * everything else on it: less of this, and fewer malloc arenas, save a fifth of their memory. API
 * and worker need more: what a hundred requests or jobs under way hold would not fit into 2, and the
 * collector would work as hard as all the rest.
 */
const semiSpaceMib = (app: string): number => (app === 'scheduler' ? 2 : 8);

/** Options of Node for one of the apps. */
export const nodeOptionsOf = (app: string): readonly string[] => [
  '--disable-warning=ExperimentalWarning',
  `--max-semi-space-size=${semiSpaceMib(app)}`,
];

export const frugalMemory = { MALLOC_ARENA_MAX: '2' };

/** Pictures at work take a thread each; the rest (files, DNS) must not wait for them. */
const threads = { UV_THREADPOOL_SIZE: '8' };

const launch = async (stack: Stack, app: App): Promise<Guarded> => {
  const launched = await spawnGuarded({
    name: app.name,
    command: process.execPath,
    args: [...nodeOptionsOf(app.name), app.entry],
    cwd: stack.cwd,
    env: { ...frugalMemory, ...threads, ...stack.env, ...stack.urls },
    output: 'inherit',
    stopSignal: 'SIGTERM',
    graceSeconds: app.graceSeconds,
  });
  for (const server of stack.runningServers) server.current().serve(launched.pid);
  await stack.ownership.record(app.name, launched.pid);
  void killWhenSilent(launched, app.liveUrl, stack.report);
  return launched;
};

const relaunch = async (stack: Stack, app: App): Promise<Guarded> => {
  const launched = await launch(stack, app);
  const gone = new AbortController();
  void launched.exited.then(() => gone.abort());
  const signal = AbortSignal.any([gone.signal, stack.ending]);
  void untilReady(app.readyUrl, { signal }).then(() => {
    if (!signal.aborted) stack.report.info(`${app.name} is ready again`);
  });
  return launched;
};

/** An app that cannot even start is for a person to mend; a wrong configuration does not heal. */
const mayRestart = (stack: Stack, app: App, exit: Exit): boolean => {
  if (stack.ending.aborted) return false;
  const isMisconfigured = exit.code === configExitCode;
  if (stack.isReady && !isMisconfigured) return true;
  const when = stack.isReady ? '' : ' before all was ready';
  stack.report.error(`${app.name} ${describeExit(exit)}${when}: stopping`);
  stack.end(isMisconfigured ? configExitCode : 1);
  return false;
};

const startApp = async (stack: Stack, app: App) => {
  const kept = keepRunning(await launch(stack, app), {
    report: stack.report,
    start: () => relaunch(stack, app),
    mayRestart: (exit) => mayRestart(stack, app, exit),
  });
  stack.runningApps.set(app, kept);
};

/** Starts the apps, all at once, keeps them running, and waits until every one is ready. */
export const startApps = async (stack: Stack): Promise<void> => {
  const { apps, report, ending } = stack;
  await Promise.all(apps.map((app) => startApp(stack, app)));
  const notReady = new Map(apps.map((app) => [app, 'is silent']));
  const remind = setInterval(() => {
    for (const [{ name, readyUrl }, reason] of notReady) {
      report.info(`still waiting for ${name}: ${readyUrl} ${reason}`);
    }
  }, slowStartMs);
  const untilOneReady = async (app: App) => {
    const onNotReady = (reason: string) => void notReady.set(app, reason);
    await untilReady(app.readyUrl, { signal: ending, onNotReady });
    notReady.delete(app);
  };
  await Promise.all(apps.map(untilOneReady));
  clearInterval(remind);
};
