import { CodedError } from '../errors.ts';

/** Oldest Node that the code is written for; `package.json` says the same. */
export const minimumNodeMajor = 24;

/** @throws CodedError `node-too-old`, before anything fails in a way that nobody understands. */
export const checkNode = (version: string = process.versions.node): void => {
  if (Number.parseInt(version, 10) >= minimumNodeMajor) return;
  throw new CodedError(
    'node-too-old',
    `Node ${version} is too old: Drover needs Node ${minimumNodeMajor} or later.`,
  );
};
