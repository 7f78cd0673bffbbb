import type { Keys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { Subscriptions } from '../redis/subscriptions.ts';
import { whenReachable } from '../redis/when-reachable.ts';

/** What other processes say: an entry changed, a stamp was set, or the making of an entry has ended. */
export interface Change {
  readonly kind: 'entry' | 'stamp' | 'wake';
  /** Key of the entry or the stamp. */
  readonly target: string;
  readonly clock: number;
}

/** Waiting for the maker of an entry. */
export interface Waiting extends Disposable {
  /** Resolves when something is heard of the entry, or after so many milliseconds. */
  until(ms: number): Promise<void>;
}

export interface Bus {
  /** Whether messages arrive; while not, nothing may be kept in memory. */
  readonly listening: boolean;
  start(): Promise<void>;
  stop(): void;
  /** Hears of an entry from now on. */
  wait(entry: string): Waiting;
}

const parse = (message: string): Change | undefined => {
  const [, clock, kind, target] = /^(\d+)\n(entry|stamp|wake)\n(.*)$/s.exec(message) ?? [];
  if (!clock || !target) return undefined;
  return { kind: kind as Change['kind'], target, clock: Number(clock) };
};

export const createBus = (options: {
  subscriptions: Subscriptions;
  keys: Keys;
  log: Log;
  onChange: (change: Change) => void;
  /** Messages may have been missed. */
  onGap: () => void;
}): Bus => {
  const { subscriptions, keys, log, onChange, onGap } = options;
  const sleepers = new Map<string, Set<() => void>>();
  const stopping = new AbortController();
  let leave: (() => void) | undefined;

  const wake = (entry: string) => {
    for (const rouse of sleepers.get(entry) ?? []) rouse();
  };
  const hear = (message: string) => {
    const change = parse(message);
    if (!change) return;
    onChange(change);
    wake(change.target);
  };

  return {
    get listening() {
      return leave !== undefined;
    },
    start: async () => {
      subscriptions.onReconnect(() => {
        onGap();
        for (const entry of sleepers.keys()) wake(entry);
      });
      const subscribe = async () => {
        leave = await subscriptions.subscribe(keys.cacheChanges, hear);
      };
      await whenReachable('caches', subscribe, { stopping: stopping.signal, log });
    },
    stop: () => {
      stopping.abort();
      leave?.();
      leave = undefined;
    },
    wait: (entry) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const group = sleepers.get(entry) ?? new Set();
      sleepers.set(entry, group.add(resolve));
      let timer: NodeJS.Timeout | undefined;
      return {
        until: (ms) => {
          timer = setTimeout(resolve, ms);
          return promise;
        },
        [Symbol.dispose]: () => {
          clearTimeout(timer);
          group.delete(resolve);
          if (group.size === 0 && sleepers.get(entry) === group) sleepers.delete(entry);
        },
      };
    },
  };
};
