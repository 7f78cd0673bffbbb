import { readFileSync } from 'node:fs';

/** The version of Drover, of the root `package.json`. */
export const readVersion = (): string => {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return (manifest as { version: string }).version;
};
