import { PermanentError } from '@drover/jobs/definition/errors';

/** A file that cannot be read to its end; where a line is known, the reason tells it. */
export const malformed = (reason: string, cause?: unknown): PermanentError =>
  new PermanentError(`the source cannot be read: ${reason}`, { code: 'source-malformed', cause });

/**
 * The text of a file in UTF-8, without a byte order mark.
 * @param onBytes hears how many bytes have been read.
 * @throws PermanentError `source-malformed` at the first byte that is not UTF-8.
 */
export const utf8Text = async function* (
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw malformed('it is not in UTF-8', cause);
    }
  };
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    onBytes(bytes);
    const text = decode(chunk);
    if (text !== '') yield text;
  }
  decode();
};
