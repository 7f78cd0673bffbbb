import type { ServerOptions } from 'node:http';

/**
 * Options of Node's server that Fastify has none for.
 * @param requestTimeout how long a client may take to send a whole request, in milliseconds.
 */
export const nodeOptions = (requestTimeout: number): ServerOptions => ({
  requestTimeout,
  // Were the head allowed more time than the whole, Node would never notice a slow body.
  headersTimeout: requestTimeout,
  // How often Node looks for requests that take too long, in milliseconds.
  connectionsCheckingInterval: Math.min(5_000, requestTimeout / 4),
  // Missing Host headers are answered by requireHost.
  requireHostHeader: false,
});
