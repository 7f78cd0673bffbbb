import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file of a zip file, opened when it is its turn. */
export interface LazyFile {
  readonly path: string;
  open(): Readable;
}

/**
 * A zip file of texts and streams. The library neither ends its output when a stream fails, nor the
 * stream when nobody reads the output any more.
 */
export const zipOf = async function* (
  texts: Readonly<Record<string, string>>,
  files: readonly LazyFile[],
): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const opened: Readable[] = [];
  zip.on('error', (err) => output.destroy(err));
  for (const [path, text] of Object.entries(texts)) zip.addBuffer(Buffer.from(text), path);
  for (const { path, open } of files) {
    zip.addReadStreamLazy(path, (take) => {
      const stream = open();
      opened.push(stream);
      stream.on('error', (err) => output.destroy(err));
      take(null, stream);
    });
  }
  zip.end();
  try {
    yield* output;
  } finally {
    for (const stream of opened) stream.destroy();
  }
};
