import { connect } from 'node:net';

const patienceMs = 1_000;

/**
 * Sends bytes to a local port and resolves with the answer as soon as `isWhole` accepts it: enough of
 * a client to ask a server whether it is ready.
 * @returns what came until then; empty when there is no connection or no answer within a second.
 */
export const exchange = (
  port: number,
  request: string | Uint8Array,
  isWhole: (answer: string) => boolean,
): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port });
    const settle = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patienceMs, settle);
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (isWhole(answer)) settle();
    });
    socket.once('error', settle);
    socket.once('close', settle);
  });
