import { PermanentError } from '@drover/jobs/definition/errors';

/** Passes bytes on up to a limit. @throws PermanentError of that code beyond it, naming `what`. */
export const limited = async function* (
  chunks: AsyncIterable<Uint8Array>,
  { maxBytes, what, code }: { maxBytes: number; what: string; code: string },
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new PermanentError(`${what} is larger than ${maxBytes} bytes`, { code });
    }
    yield chunk;
  }
};

/** All bytes of a stream. */
export const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
};
