import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Connection } from '../http/transport.ts';

/** A stream that is silent for so long is dead: the server sends a comment more often than that. */
export const maxSilenceMs = 60_000;

export interface StreamWatch {
  /** Called when anything has come, a comment included. */
  onLife(): void;
  /** The server says how long to wait before connecting again, in milliseconds. */
  onRetry(ms: number): void;
}

/**
 * The events of a `text/event-stream`, until it ends or breaks: what is lost then, the next connection
 * brings. Leaving the loop ends the connection.
 * @throws the reason of `signal` alone.
 */
export async function* readEvents(
  { response, deadline }: Connection,
  watch: StreamWatch,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventSourceMessage, void> {
  const ready: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (event) => ready.push(event),
    onRetry: watch.onRetry,
  });
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  try {
    for (;;) {
      deadline.extend(maxSilenceMs);
      const chunk = await reader?.read().catch(() => undefined);
      // The time that the caller takes for an event is no silence of the server.
      deadline.extend(Number.POSITIVE_INFINITY);
      signal?.throwIfAborted();
      if (chunk?.value === undefined) return;
      watch.onLife();
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      yield* ready.splice(0);
    }
  } finally {
    deadline.clear();
    reader?.cancel().catch(() => undefined);
  }
}
