import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { StoredFile } from '@drover/jobs/definition/services';

/** A file that is stored while it is written, and only where there is anything to write. */
export interface RejectedFile {
  /** @throws what the store throws. */
  add(text: string): Promise<void>;
  /** @returns undefined when nothing was written. */
  finish(): Promise<StoredFile | undefined>;
  /** Leaves nothing behind. */
  abandon(reason: Error): void;
}

export const rejectedFile = (
  store: (content: AsyncIterable<Uint8Array>) => Promise<StoredFile>,
): RejectedFile => {
  const content = new PassThrough();
  // Whoever stores it meets the error too.
  content.on('error', () => undefined);
  let stored: Promise<StoredFile> | undefined;
  return {
    add: async (text) => {
      if (!stored) {
        stored = store(content);
        stored.catch(() => undefined);
      }
      // A store that has failed takes nothing more.
      if (!content.write(text)) await Promise.race([once(content, 'drain'), stored]);
    },
    finish: async () => {
      content.end();
      return stored;
    },
    abandon: (reason) => {
      content.destroy(reason);
    },
  };
};
