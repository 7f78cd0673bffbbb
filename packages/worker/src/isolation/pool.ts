import type { Component } from '@drover/shared/lifecycle/stack';
import { type Child, startChild } from './child-process.ts';
import type { Briefing } from './messages.ts';

/** A child that has had nothing to do for this long ends, in milliseconds: an idle worker has none. */
const idleMs = 30_000;

/** The child processes of a worker: as many as it runs isolated jobs at once, at most. */
export interface IsolationPool extends Component {
  /**
   * A child that runs nothing: one that is at hand, else a new one. It is the caller's until it is
   * given back.
   * @throws CodedError `isolation-failed`.
   */
  take(): Promise<Child>;
  /** Takes back a child that is well. */
  giveBack(child: Child): void;
}

/** @param options.idleMs for tests; default {@link idleMs}. */
export const createIsolationPool = (
  briefing: Briefing,
  options: { idleMs?: number } = {},
): IsolationPool => {
  const idle = new Map<Child, NodeJS.Timeout>();
  const stopping = new AbortController();

  const end = (child: Child) => {
    clearTimeout(idle.get(child));
    idle.delete(child);
    child.kill();
  };

  return {
    name: 'isolation',
    start: async () => undefined,
    take: async () => {
      // The one that was used last: the others can come to their end.
      for (const child of [...idle.keys()].reverse()) {
        clearTimeout(idle.get(child));
        idle.delete(child);
        if (child.isAlive) return child;
      }
      return startChild(briefing, stopping.signal);
    },
    giveBack: (child) => {
      if (!child.isAlive) return;
      if (stopping.signal.aborted) return end(child);
      child.listen(() => undefined);
      idle.set(child, setTimeout(end, options.idleMs ?? idleMs, child));
    },
    stop: async () => {
      stopping.abort();
      const children = [...idle.keys()];
      for (const child of children) end(child);
      await Promise.all(children.map(({ ended }) => ended));
    },
  };
};
