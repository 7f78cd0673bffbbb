import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import { UsageError } from './failure.ts';

/** An option's whole number; its range is the server's business. */
export const wholeNumber = (value: string): number => {
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Expected a whole number.');
};

/** An option's number of seconds, as milliseconds. */
export const secondsAsMs = (value: string): number => {
  const seconds = Number(value);
  if (value.trim() !== '' && seconds > 0) return seconds * 1_000;
  throw new InvalidArgumentError('Expected a number of seconds.');
};

/** An option that may be given several times. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [
  ...earlier,
  value,
];

const readPayload = async (argument: string): Promise<string> => {
  if (argument === '-') return text(process.stdin);
  if (!argument.startsWith('@')) return argument;
  const file = argument.slice(1);
  return readFile(file, 'utf8').catch((err: NodeJS.ErrnoException) => {
    throw new UsageError(`The file "${file}" cannot be read: ${err.code ?? err.message}.`);
  });
};

/**
 * The payload that an argument means: JSON, `@file`, or `-` for stdin.
 * @throws UsageError when it cannot be read or is not JSON.
 */
export const parsePayload = async (argument: string): Promise<unknown> => {
  const json = await readPayload(argument);
  try {
    return JSON.parse(json);
  } catch (err) {
    const { message } = err as SyntaxError;
    throw new UsageError(
      `The payload is not JSON: ${message}. Write it in quotes ('{"ms":1000}'), or @file, or - for stdin.`,
    );
  }
};
