import type { Log } from '../log.ts';
import { type Deadline, deadlineIn, within } from './deadline.ts';

/** A part of a process that is opened and closed: a connection, a server, a set of workers. */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  /** Closes in good order by the deadline; may be called before or during `start`, and again. */
  stop(deadline: Deadline): Promise<void>;
  /** What a stop is waiting for ends now, in good order. Called while it stops, if at all. */
  hurry?(): void;
}

/** Components that are started in the order given and stopped in the reverse order. */
export interface Stack {
  /** Starts all in order; when one fails, stops those before it and rethrows. Once only. */
  start(): Promise<void>;
  /**
   * Stops all that was started, last first. Idempotent: every call gets the first one's outcome.
   * A component that fails or is late is logged and does not keep the others from stopping.
   * @returns the names of those that did not stop cleanly.
   */
  stop(deadline: Deadline): Promise<readonly string[]>;
  /** Makes a stop that is under way come to its end sooner. */
  hurry(): void;
}

/** How long what was already started may take to stop when a later component fails to start. */
const failedStartGraceMs = 5_000;

export const createStack = (components: readonly Component[], log: Log): Stack => {
  const opened: Component[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<readonly string[]> | undefined;

  const stopAll = async (deadline: Deadline): Promise<readonly string[]> => {
    const unclean: string[] = [];
    for (let component = opened.pop(); component; component = opened.pop()) {
      const { name } = component;
      try {
        await within(deadline, `stopping ${name}`, component.stop(deadline));
        log.debug({ component: name }, 'stopped');
      } catch (err) {
        unclean.push(name);
        log.error({ err, component: name }, 'did not stop cleanly');
      }
    }
    return unclean;
  };

  const stop = (deadline: Deadline) => {
    stopping ??= stopAll(deadline);
    return stopping;
  };

  const startAll = async () => {
    for (const component of components) {
      if (stopping) return;
      opened.push(component);
      try {
        await component.start();
      } catch (err) {
        await stop(deadlineIn(failedStartGraceMs));
        throw err;
      }
    }
  };

  return {
    start: () => {
      starting ??= startAll();
      return starting;
    },
    stop,
    hurry: () => {
      for (const component of components) component.hurry?.();
    },
  };
};
