import { finished, Readable } from 'node:stream';
import { type HistoryFilter, toHistoryFilter } from '@drover/jobs/history/filter';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { withHistory } from '../history/database.ts';
import type { JobHistory } from '../history/job-history.ts';
import { parseQuery } from '../http/query.ts';
import { exportJobs } from '../openapi/operations/job-lists.ts';
import { exportQuery, withLists } from './list.ts';

/** What has been read already, then the rest. */
const chain = async function* (
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
};

/** Ends all answers that are under way when the server stops: a slow client is not waited for. */
const endWithServer = (scope: FastifyInstance): AbortSignal => {
  const closing = new AbortController();
  scope.addHook('preClose', async () => closing.abort(new Error('the server stops')));
  return closing.signal;
};

/**
 * Makes what answers with the jobs of a filter as NDJSON, read from Postgres as the client takes them.
 * Whatever fails before the first line is a problem; later, the connection ends in the middle.
 */
export const createExporter = (
  scope: FastifyInstance,
  history: Pick<JobHistory, 'export'>,
): ((
  request: FastifyRequest,
  reply: FastifyReply,
  filter: HistoryFilter,
) => Promise<FastifyReply>) => {
  const closing = endWithServer(scope);
  return async (request, reply, filter) => {
    const lines = history.export(filter, closing);
    const first = await withHistory(() => lines.next());
    reply.type('application/x-ndjson; charset=utf-8').header('cache-control', 'no-store');
    const isHead = request.method === 'HEAD';
    const stream = Readable.from(isHead ? [] : chain(first, lines), { objectMode: false });
    const stop = () => stream.destroy(closing.reason);
    closing.addEventListener('abort', stop, { once: true });
    finished(stream, () => closing.removeEventListener('abort', stop));
    return reply.send(stream);
  };
};

/** `GET /jobs/export`: the caller's jobs that fit a filter. */
export const exportRoute = (
  scope: FastifyInstance,
  { history }: { history: Pick<JobHistory, 'export'> },
): void => {
  const send = createExporter(scope, history);
  scope.get(
    '/jobs/export',
    { config: { role: 'read', operation: exportJobs } },
    async (request, reply) => {
      const given = parseQuery(exportQuery, withLists(request.query));
      return send(request, reply, toHistoryFilter(given, callerOf(request).tenant));
    },
  );
};
