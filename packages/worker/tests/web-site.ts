import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it arrived. */
export interface Arrived {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A web server of a test's own, on an address of this machine. */
export interface WebSite extends AsyncDisposable {
  readonly url: string;
  readonly arrived: Arrived[];
  /** What is answered from now on; by default 200 and nothing. */
  answer(how: (response: ServerResponse, request: Arrived) => void): void;
}

export const startSite = async ({ host = '127.0.0.1', port = 0 } = {}): Promise<WebSite> => {
  const arrived: Arrived[] = [];
  let answer: Parameters<WebSite['answer']>[0] = (response) => response.end();
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const came = { method, path, headers, body: String(await buffer(request)) };
    arrived.push(came);
    answer(response, came);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    arrived,
    answer: (how) => {
      answer = how;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
