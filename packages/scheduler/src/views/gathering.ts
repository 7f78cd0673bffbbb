import type { View } from '@drover/jobs/views/define-view';
import type { ViewRecord } from '@drover/jobs/views/record';
import { toError } from '@drover/shared/errors';
import type { Log } from '@drover/shared/log';

/** How soon a request that could not be made is made again, in milliseconds. */
const retryMs = 1_000;

export interface GatheringOptions {
  view: View;
  /** What is recorded of the view now; undefined when it is not in the database. */
  read: () => Promise<ViewRecord | undefined>;
  /** Asks for the refresh after the attempt that a record tells of. */
  request: (record: ViewRecord) => Promise<unknown>;
  log: Log;
}

export interface Gathering {
  /** What the view reads has changed, or may have. */
  hear(): void;
  /** What was gathered and not asked for is left to others, or to the next start. */
  stop(): Promise<void>;
}

/**
 * Makes of any number of notifications one request for a refresh, `debounce` after the first: a table
 * that never rests does not keep its view from ever being refreshed. The record is read at the first,
 * so that all processes, which hear of it at once, ask for the refresh after the same attempt. When
 * more was heard meanwhile, it is read again: an attempt may have begun in between.
 */
export const createGathering = ({ view, read, request, log }: GatheringOptions): Gathering => {
  let timer: NodeJS.Timeout | undefined;
  let first: Promise<ViewRecord | undefined> | undefined;
  let isMoreHeard = false;
  let asking: Promise<void> = Promise.resolve();
  let isStopped = false;

  const wait = (ms: number) => {
    if (isStopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      asking = ask();
    }, ms);
  };

  const ask = async () => {
    const reading = isMoreHeard ? read() : first;
    first = undefined;
    isMoreHeard = false;
    try {
      const record = await reading;
      if (record) await request(record);
      log.debug({ view: view.name }, 'a refresh was asked for');
    } catch (err) {
      log.warn({ view: view.name, reason: toError(err).message }, 'a refresh was not asked for');
      isMoreHeard = true;
      if (timer === undefined) wait(retryMs);
    }
  };

  return {
    hear: () => {
      if (isStopped) return;
      if (timer !== undefined) {
        isMoreHeard = true;
        return;
      }
      first = read();
      first.catch(() => undefined);
      wait(view.refresh.debounce);
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await asking;
    },
  };
};
