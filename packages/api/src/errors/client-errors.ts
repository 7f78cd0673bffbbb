import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
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

/** Answers what is not HTTP, comes too slowly or has too large headers: no request exists yet. */
export const answerClientError = (err: NodeJS.ErrnoException, socket: Socket): void => {
  // A request may be under way on this connection: an error now would be taken for its answer.
  const hasRequest = '_httpMessage' in socket && socket._httpMessage !== null;
  if (err.code === 'ECONNRESET' || !socket.writable || hasRequest) {
    socket.destroy();
    return;
  }
  const problem = problemOf(err);
  const body = JSON.stringify(problem.toBody('/'));
  const headers = Object.entries(headersOf(body, randomUUID()));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  );
};

/** Refuses `Expect` with anything but `100-continue`; Node would do so without a body. */
export const refuseExpectations = (server: Server): void => {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem('expectation-failed', 'Send the request without "Expect".');
    const body = JSON.stringify(problem.toBody(request.url?.split('?')[0] ?? '/'));
    response.writeHead(problem.status, headersOf(body, requestIdOf(request))).end(body);
  });
};
