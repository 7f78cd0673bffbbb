import type { JobProgress, LogLine } from '@drover/jobs/contract/job-events';
import { isTerminal, type JobResource } from '@drover/jobs/contract/job-resource';
import type { JobAddress } from '@drover/shared/job-id';
import { type Cursor, encodeCursor, statusToken } from './cursor.ts';
import { createBell, serverSentEvents, toEvent } from './server-sent-events.ts';
import type { Watches } from './watches.ts';

/** Log lines that are read at once. */
const linesAtOnce = 200;

/** What has happened since the stream looked last. */
interface News {
  job?: JobResource | undefined;
  progress?: JobProgress | undefined;
  hasLogged: boolean;
  isOver: boolean;
}

const isEmpty = ({ job, progress, hasLogged, isOver }: News): boolean =>
  !job && !progress && !hasLogged && !isOver;

/** Collects news until somebody takes them. */
const createInbox = () => {
  let news: News = { hasLogged: true, isOver: false };
  const bell = createBell();
  const add = (more: Partial<News>) => {
    news = { ...news, ...more };
    bell.ring();
  };
  return {
    add,
    take: (): News => {
      const taken = news;
      news = { hasLogged: false, isOver: taken.isOver };
      return taken;
    },
    /** Resolves when there are news, or after a while. */
    wait: async (ms: number): Promise<void> => {
      if (isEmpty(news)) await bell.wait(ms);
    },
  };
};

/** What a stream reads of its job. */
export interface EventSource {
  watches: Watches;
  job: JobAddress;
  /** The follower has gone. */
  signal: AbortSignal;
  /** Lines after the one with that number. */
  readLines(page: { after: number; limit: number }): Promise<{ lines: LogLine[] }>;
}

/** Log lines after the cursor, as events. */
const newLines = async function* (
  readLines: EventSource['readLines'],
  from: Cursor,
): AsyncGenerator<[cursor: Cursor, event: string]> {
  let cursor = from;
  for (;;) {
    const { lines } = await readLines({ after: cursor.seq, limit: linesAtOnce });
    for (const line of lines) {
      cursor = { ...cursor, seq: line.seq };
      yield [cursor, toEvent('log', encodeCursor(cursor), line)];
    }
    if (lines.length < linesAtOnce) return;
  }
};

/** What the news are worth telling, in the order in which a follower wants to hear it. */
const toldOf = async function* (
  news: News,
  from: Cursor,
  readLines: EventSource['readLines'],
): AsyncGenerator<[cursor: Cursor, event: string]> {
  let cursor = from;
  if (news.hasLogged) {
    for await (const told of newLines(readLines, cursor)) {
      [cursor] = told;
      yield told;
    }
  }
  if (news.progress) yield [cursor, toEvent('progress', encodeCursor(cursor), news.progress)];
  if (news.job && statusToken(news.job) !== cursor.status) {
    cursor = { ...cursor, status: statusToken(news.job) };
    yield [cursor, toEvent('status', encodeCursor(cursor), news.job)];
  }
};

/**
 * The events of a job as text/event-stream, from the cursor on: no log line twice, none left out of
 * those that are kept, every status that lasts long enough to be seen, and the progress. Ends after
 * the terminal status, or without it when the job is gone or the process stops.
 */
export const jobEventStream = async function* (
  { watches, job, signal, readLines }: EventSource,
  from: Cursor,
): AsyncGenerator<string, void> {
  const inbox = createInbox();
  let cursor = from;
  if (signal.aborted) inbox.add({ isOver: true });
  signal.addEventListener('abort', () => inbox.add({ isOver: true }), { once: true });
  const leave = await watches.follow(job, {
    changed: (now) => inbox.add(now ? { job: now, hasLogged: true } : { isOver: true }),
    progressed: (progress) => inbox.add({ progress }),
    logged: () => inbox.add({ hasLogged: true }),
    released: () => inbox.add({ isOver: true }),
  });
  let isOver = false;
  const events = async function* () {
    const news = inbox.take();
    for await (const [reached, event] of toldOf(news, cursor, readLines)) {
      cursor = reached;
      yield event;
    }
    isOver = news.isOver || (news.job !== undefined && isTerminal(news.job.status));
  };
  try {
    yield* serverSentEvents({ wait: inbox.wait, events, isOver: () => isOver });
  } finally {
    leave();
  }
};
