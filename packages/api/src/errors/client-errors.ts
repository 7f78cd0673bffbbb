import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { STATUS_CODES } from '@drover/shared/http/node-http';
import { Problem } from '@drover/shared/http/problem';
import { requestIdOf } from '../http/request-id.ts';
import { problemMediaType } from './problem-handler.ts';

const problemOf = (err: NodeJS.ErrnoException): Problem => {
  switch (err.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers-too-large', 'Send fewer or shorter headers.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request-timeout', 'Send the whole request sooner.');
    default:
      return new Problem('bad-request', 'This is not well-formed HTTP.');
  }
};

const headersOf = (body: string, id: string) => ({
  'content-type': problemMediaType,
  'content-length': Buffer.byteLength(body),
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': id,
  connection: 'close',
});

/** The answer that a connection is to send next. Node keeps it there, and looks at it itself. */
const pendingAnswer = (socket: Socket): ServerResponse | undefined =>
  '_httpMessage' in socket && socket._httpMessage
    ? (socket._httpMessage as ServerResponse)
    : undefined;

/**
 * Whether an error sent now would be taken for the answer of a request that arrived whole, or would
 * stand in the middle of an answer. While the request itself is not complete, the error is its answer.
 */
const wouldMislead = (socket: Socket): boolean => {
  const answer = pendingAnswer(socket);
  return answer !== undefined && (answer.headersSent || answer.req.complete);
};

/** Answers what is not HTTP, comes too slowly or has too large headers: no route can. */
export const answerClientError = (err: NodeJS.ErrnoException, socket: Socket): void => {
  if (err.code === 'ECONNRESET' || !socket.writable || wouldMislead(socket)) {
    socket.destroy();
    return;
  }
  const problem = problemOf(err);
  const body = JSON.stringify(problem.toBody('/'));
  const headers = Object.entries(headersOf(body, randomUUID()));
  socket.write(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );
  socket.destroySoon();
};

/** Refuses `Expect` with anything but `100-continue`; Node would do so without a body. */
export const refuseExpectations = (server: Server): void => {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem('expectation-failed', 'Send the request without "Expect".');
    const body = JSON.stringify(problem.toBody(request.url?.split('?')[0] ?? '/'));
    response.writeHead(problem.status, headersOf(body, requestIdOf(request))).end(body);
  });
};
