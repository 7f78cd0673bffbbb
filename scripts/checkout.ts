import { fileURLToPath } from 'node:url';

/** Path of the folder that holds package.json. */
export const root: string = fileURLToPath(new URL('..', import.meta.url));

/** Path of a program that a dependency of the workspace brings. */
export const tool = (name: string): string =>
  fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
