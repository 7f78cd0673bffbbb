import type { Socket } from 'node:net';
import { Problem } from '@drover/shared/http/problem';

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
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
};
