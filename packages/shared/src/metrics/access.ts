import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a proxy adds to a request that it passes on. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Why a request does not get the metrics. */
export type MetricsRefusal = 'token-needed' | 'through-proxy';

/**
 * Whether a request may read the metrics. With a token it must send that one. Without, whoever reaches
 * the port itself may, as with the probes; not those who come through a proxy, where the API's port is
 * open to the world.
 */
export const refusalOfMetrics = (
  headers: IncomingHttpHeaders,
  token: string | undefined,
): MetricsRefusal | undefined => {
  if (token === undefined) {
    return proxyHeaders.some((name) => headers[name] !== undefined) ? 'through-proxy' : undefined;
  }
  const [, given = ''] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return timingSafeEqual(digest(given), digest(token)) ? undefined : 'token-needed';
};
