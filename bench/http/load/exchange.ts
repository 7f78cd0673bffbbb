import type { Dispatcher } from 'undici';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Buffer[];
}

export const bodyOf = ({ chunks }: Answer): string => Buffer.concat(chunks).toString('utf8');

/**
 * Sends a request and reads its answer. undici's lowest level: what load costs, the server under
 * load lacks.
 */
export const exchange = (
  client: Dispatcher,
  request: Dispatcher.DispatchOptions,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: Answer['headers'] = {};
    client.dispatch(request, {
      // undici takes what has no such method for a handler of its older kind.
      onRequestStart: () => undefined,
      onResponseStart: (_, code, received) => {
        status = code;
        headers = received as Answer['headers'];
      },
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve({ status, headers, chunks }),
      onResponseError: (_, err) => reject(err),
    });
  });
