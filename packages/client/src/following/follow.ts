import type { EventSourceMessage } from 'eventsource-parser';
import type { JobTypeMap } from '../catalog.ts';
import { backoffMs } from '../http/backoff.ts';
import { invalidAnswer } from '../http/failures.ts';
import { type Connection, segment, type Transport } from '../http/transport.ts';
import { isFinished } from '../job.ts';
import { readEvents } from './event-stream.ts';
import { type JobEvent, toJobEvent } from './job-event.ts';

export interface FollowOptions {
  /** Ends the loop by throwing its reason. */
  signal?: AbortSignal | undefined;
  /** `id` of the last event seen; the events after it follow. */
  lastEventId?: string | undefined;
}

/** The server's answer to who has seen everything already. */
const nothingLeft = 204;

const checkStream = (origin: string, { response, deadline }: Connection): void => {
  const mediaType = response.headers.get('content-type') ?? '';
  if (mediaType.startsWith('text/event-stream')) return;
  deadline.clear();
  response.body?.cancel().catch(() => undefined);
  throw invalidAnswer(origin, response);
};

/** What is followed, and how its events are read. */
export interface Followed<E> {
  /** Of its events. */
  path: string;
  /** @returns undefined for an event that this client does not know. */
  read(message: EventSourceMessage, id: string): E | undefined;
  /** Whether nothing comes after an event. */
  isLast(event: E): boolean;
}

/**
 * What happens to something, until it has finished. A connection that ends before the job does is opened
 * again after the last event: nothing is missed, and nothing comes twice.
 * @throws DroverError when the server cannot be reached or refuses. One that has answered before and
 *   goes away is tried until it is back or `signal` aborts.
 */
export async function* followEvents<E>(
  transport: Transport,
  { path, read, isLast }: Followed<E>,
  { signal, lastEventId }: FollowOptions,
): AsyncGenerator<E, void> {
  const { backoff, sleep } = transport.retryPolicy;
  let seen = lastEventId;
  let reconnectMs = backoff.baseMs;
  let silentConnections = 0;
  const watch = {
    onLife: () => {
      silentConnections = 0;
    },
    onRetry: (ms: number) => {
      reconnectMs = ms;
    },
  };

  const understood = <E>(parse: () => E, { response }: Connection): E => {
    try {
      return parse();
    } catch (err) {
      throw invalidAnswer(transport.origin, response, err);
    }
  };

  for (;;) {
    const connection = await transport.open({
      method: 'GET',
      path,
      headers: {
        accept: 'text/event-stream',
        ...(seen !== undefined && { 'last-event-id': seen }),
      },
      retry: 'always',
      patient: true,
      signal,
    });
    if (connection.response.status === nothingLeft) return connection.deadline.clear();
    checkStream(transport.origin, connection);
    for await (const message of readEvents(connection, watch, signal)) {
      seen = message.id ?? seen;
      const event = understood(() => read(message, seen ?? ''), connection);
      if (event === undefined) continue;
      yield event;
      if (isLast(event)) return;
    }
    silentConnections += 1;
    await sleep(backoffMs({ ...backoff, baseMs: reconnectMs }, silentConnections), signal);
  }
}

/** What happens to a job, until it has finished. */
export const followJob = <T extends string, C extends JobTypeMap>(
  transport: Transport,
  id: string,
  options: FollowOptions,
): AsyncGenerator<JobEvent<T, C>, void> =>
  followEvents<JobEvent<T, C>>(
    transport,
    {
      path: `jobs/${segment(id)}/events`,
      read: toJobEvent,
      isLast: (event) => event.event === 'status' && isFinished(event.data),
    },
    options,
  );
