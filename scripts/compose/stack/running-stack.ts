import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../stack/ports.ts';
import { createDocker, type Docker } from './docker.ts';

/** A project, an image and a port of the test's own: another stack of this checkout is left alone. */
const project = 'drover-compose-test';
const image = 'drover:compose-test';

const pollMs = 500;
const patienceMs = 180_000;

/** An engine restarts what has crashed within this time, in milliseconds. */
const restartMs = 2_000;

export interface Container {
  readonly name: string;
  readonly service: string;
  readonly state: string;
  readonly health: string;
}

/** The stack of docker-compose.yml, under test. */
export interface RunningStack {
  /** Where nginx listens. */
  readonly url: string;
  readonly docker: Docker;
  compose(...args: readonly string[]): Promise<string>;
  /** The containers that are to run, of one service or of all; those that run once are not among them. */
  containers(service?: string): Promise<Container[]>;
  /** A command in a container. @returns standard output. */
  within(name: string, command: string): Promise<string>;
  /** Resolves when every container is healthy. @throws Error when that takes too long. */
  healthy(): Promise<void>;
  /** Kills all processes of a container, and resolves when it has been restarted and is healthy. */
  crash(name: string): Promise<void>;
  /** Stops a container in good order and starts it again; resolves when it is healthy. */
  restart(name: string): Promise<void>;
}

const toContainer = (line: string): Container => {
  const [name = '', service = '', state = '', health = ''] = line.split('|');
  return { name, service, state, health };
};

export const openStack = async (): Promise<RunningStack> => {
  const port = await freePort();
  const docker = createDocker({ DROVER_PORT: String(port), DROVER_IMAGE: image });
  const compose = (...args: readonly string[]) =>
    docker(['compose', '--project-name', project, ...args]);

  const containers = async (service?: string) => {
    const format = '{{.Name}}|{{.Service}}|{{.State}}|{{.Health}}';
    const lines = (await compose('ps', '--all', '--format', format)).split('\n');
    const isWanted = (it: Container) =>
      (service === undefined || it.service === service) &&
      !['migrate', 'secrets'].includes(it.service);
    return lines
      .filter((line) => line !== '')
      .map(toContainer)
      .filter(isWanted)
      .toSorted((a, b) => a.name.localeCompare(b.name));
  };

  const until = async (what: string, isSo: () => Promise<boolean>) => {
    const startedAt = performance.now();
    while (!(await isSo())) {
      if (performance.now() - startedAt > patienceMs) throw new Error(`${what}: not in time`);
      await sleep(pollMs);
    }
  };
  const isHealthy = async (name?: string) => {
    const all = (await containers()).filter((it) => name === undefined || it.name === name);
    return all.length > 0 && all.every(({ health }) => health === 'healthy');
  };
  const isRunning = async (name: string) =>
    (await docker(['inspect', '--format', '{{.State.Running}}', name])).trim() === 'true';
  const startedAt = async (name: string) =>
    (await docker(['inspect', '--format', '{{.State.StartedAt}}', name])).trim();

  const again = async (name: string, act: () => Promise<unknown>) => {
    const before = await startedAt(name);
    await act();
    const isBack = async () => (await startedAt(name)) !== before && (await isHealthy(name));
    await until(`${name} back and healthy`, isBack);
  };

  /** From within, past the engine: it then restarts the container, as after any crash. */
  const killWithin = async (name: string) => {
    const before = await startedAt(name);
    await until(`${name} killed`, async () => {
      // The command dies with the others, so its failure says nothing.
      await docker(['exec', name, 'sh', '-c', 'kill -9 -1']).catch(() => undefined);
      await sleep(restartMs);
      return (await startedAt(name)) !== before || !(await isRunning(name));
    });
  };

  return {
    url: `http://127.0.0.1:${port}`,
    docker,
    compose,
    containers,
    within: (name, command) => docker(['exec', name, 'sh', '-c', command]),
    healthy: () => until('every container healthy', () => isHealthy()),
    crash: (name) => again(name, () => killWithin(name)),
    restart: (name) =>
      again(name, async () => {
        await docker(['stop', name]);
        await docker(['start', name]);
      }),
  };
};
