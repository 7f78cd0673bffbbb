import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { describeExit, type Exit, type Guarded } from './guarded.ts';
import { openLog, tailOf } from './log-file.ts';
import { freePort } from './ports.ts';

/** A Redis or Postgres of ours that answers. */
export interface EmbeddedServer extends Guarded {
  /** With the password in it. */
  readonly url: string;
  readonly port: number;
}

export interface ServerKind {
  readonly name: 'redis' | 'postgres';
  readonly logFile: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  launch(port: number, output: number): Promise<Guarded>;
  isServing(port: number): Promise<boolean>;
  urlOf(port: number): string;
}

const pollMs = 20;
const portAttempts = 3;

const untilServing = async (
  process: Guarded,
  isServing: () => Promise<boolean>,
): Promise<Exit | undefined> => {
  let ended: Exit | undefined;
  void process.exited.then((exit) => {
    ended = exit;
  });
  while (ended === undefined && !(await isServing())) await sleep(pollMs);
  return ended;
};

/**
 * Launches a server and waits, however long it takes to load its data, until it serves.
 * @throws CodedError `<name>-failed` with the end of its log when it ends before that.
 */
export const startServer = async (kind: ServerKind): Promise<EmbeddedServer> => {
  const { name, logFile } = kind;
  const log = await openLog(logFile);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const port = kind.port ?? (await freePort());
      const process = await kind.launch(port, log.fd);
      const ended = await untilServing(process, () => kind.isServing(port));
      if (!ended) return { ...process, port, url: kind.urlOf(port) };

      const lastWords = await tailOf(logFile);
      // Between our asking for a free port and the server's taking it somebody else may have.
      const isUnlucky = kind.port === undefined && lastWords.includes('already in use');
      if (isUnlucky && attempt < portAttempts) continue;
      throw new CodedError(
        `${name}-failed`,
        `${name} ${describeExit(ended)} while starting. Its log, ${logFile}, ends with:\n${lastWords}`,
      );
    }
  } finally {
    await log.close();
  }
};
