import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends bytes over a connection of its own; resolves with all that comes until the server closes it. */
export const exchangeRawly = (url: string, ...parts: readonly (string | Uint8Array)[]) => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('connect', () => socket.setNoDelay());
  for (const part of parts) socket.write(part);
  return text(socket);
};
