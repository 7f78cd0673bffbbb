import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as the server got it. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export type Answerer = (response: ServerResponse, request: Received) => unknown;

/** A real HTTP server that answers each request as the test says: for the faults that a Drover hides. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answerer =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      .end(JSON.stringify(body));

/** Answers with a problem document. */
export const problem = (
  status: number,
  code: string,
  { headers, ...more }: { headers?: Record<string, string>; errors?: unknown } = {},
): Answerer =>
  json(
    status,
    {
      type: `/problems/${code}`,
      title: code,
      status,
      detail: `It is ${code}.`,
      instance: '/',
      ...more,
    },
    { 'content-type': 'application/problem+json; charset=utf-8', ...headers },
  );

/** Ends the connection without an answer. */
export const hangUp: Answerer = (response) => response.destroy();

/** @param script one answer for each request; the last one goes on for all that follow. */
export const startScripted = async (script: readonly Answerer[]): Promise<ScriptedServer> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: body === '' ? undefined : JSON.parse(body) };
    const answer = script[Math.min(received.length, script.length - 1)];
    received.push(one);
    answer?.(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** A job resource, as far as a test cares. */
export const jobWith = (more: Record<string, unknown> = {}) => ({
  id: 'demo.0.1',
  type: 'demo.echo',
  status: 'queued',
  progress: 0,
  payload: { value: 1 },
  result: null,
  finishedAt: null,
  ...more,
});

export const succeeded = jobWith({
  status: 'succeeded',
  result: { value: 1 },
  finishedAt: '2026-01-01T00:00:00.000Z',
});
