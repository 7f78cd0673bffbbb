/** How often a silent stream says that it is alive, in milliseconds: proxies close silent ones. */
const heartbeatMs = 15_000;

/** How long a browser waits before it connects anew, in milliseconds. */
const reconnectMs = 2_000;

/** Wakes one who waits, or lets them wait no longer than a while. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or after so many milliseconds. */
  wait(ms: number): Promise<void>;
}

export const createBell = (): Bell => {
  let ring = () => {};
  return {
    ring: () => ring(),
    wait: async (ms) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      ring = resolve;
      const timer = setTimeout(resolve, ms);
      await promise;
      clearTimeout(timer);
    },
  };
};

/** One event of a stream; `id` is what a client sends as Last-Event-ID. */
export const toEvent = (name: string, id: string, data: unknown): string =>
  `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

/** What a stream has to tell. */
export interface Telling {
  /** Resolves when there is something to tell, or after so many milliseconds. */
  wait(ms: number): Promise<void>;
  /** The events of what there is to tell now. */
  events(): AsyncIterable<string> | Iterable<string>;
  /** Whether all has been told. */
  isOver(): boolean;
}

/**
 * A text/event-stream: what there is to tell, whenever there is, and heartbeats meanwhile.
 * @param silenceMs the longest time without a word, in milliseconds.
 */
export const serverSentEvents = async function* (
  telling: Telling,
  silenceMs = heartbeatMs,
): AsyncGenerator<string, void> {
  yield `retry: ${reconnectMs}\n\n`;
  let spokenAt = performance.now();
  while (!telling.isOver()) {
    await telling.wait(Math.max(0, spokenAt + silenceMs - performance.now()));
    for await (const event of telling.events()) {
      spokenAt = performance.now();
      yield event;
    }
    if (performance.now() - spokenAt >= silenceMs) {
      spokenAt = performance.now();
      yield ': heartbeat\n\n';
    }
  }
};
