import { DroverError } from '../error.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { printable } from './output/printable.ts';

/** The command cannot be carried out as it was written. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

const advice: Readonly<Record<string, string>> = {
  'network-error': 'Does Drover run there? Name another server with --url or DROVER_URL.',
  'timed-out': 'Does Drover run there? Name another server with --url or DROVER_URL.',
  unauthorized: 'Give a key with --key or DROVER_KEY.',
  forbidden: 'Give another key with --key or DROVER_KEY.',
};

const codeOf = ({ code, status }: DroverError): ExitCode => {
  if (code === 'wait-timed-out') return exitCode.unfinished;
  return status === undefined || status >= 500 ? exitCode.unreachable : exitCode.failed;
};

/** What to tell of a failed call: one line, and one for each field that is wrong. */
const linesOf = (error: DroverError): string[] => [
  `error: ${[error.detail, advice[error.code]].filter(Boolean).join(' ')}`,
  ...error.errors
    .filter(({ message }) => !error.detail.includes(message))
    .map(({ pointer, message }) => `  ${pointer || '(the body)'}: ${message}`),
];

export interface Failure {
  lines: readonly string[];
  exitCode: ExitCode;
}

/**
 * How a command that threw ends.
 * @returns undefined for a mistake of ours, which is to be seen in full.
 */
export const describeFailure = (thrown: unknown): Failure | undefined => {
  if (thrown instanceof DroverError) {
    return { lines: linesOf(thrown).map((it) => printable(it)), exitCode: codeOf(thrown) };
  }
  if (thrown instanceof UsageError) {
    return { lines: [`error: ${printable(thrown.message)}`], exitCode: exitCode.usage };
  }
  return undefined;
};
