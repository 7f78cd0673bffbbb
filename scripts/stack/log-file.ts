import { type FileHandle, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const maxBytes = 10 * 1024 * 1024;

/** Opens a log for appending; beyond 10 MiB the old one is set aside as `<path>.1`. */
export const openLog = async (path: string): Promise<FileHandle> => {
  await mkdir(dirname(path), { recursive: true });
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size > maxBytes) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
};

/** The last lines of a log, for an error message. Default 8 lines. */
export const tailOf = async (path: string, lines = 8): Promise<string> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
};
