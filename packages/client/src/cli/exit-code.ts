/** Exit statuses of the command line; the guide documents them. */
export const exitCode = {
  ok: 0,
  /** The job did not succeed, or the server refused. */
  failed: 1,
  /** The command was written wrongly. */
  usage: 2,
  /** The server cannot be reached, or cannot answer. */
  unreachable: 3,
  /** The wait was over before the job was. */
  unfinished: 4,
  /** Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
