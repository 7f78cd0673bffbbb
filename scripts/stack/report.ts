/** Tells the person who waits what is being done. */
export type Say = (text: string) => void;

type Fields = Readonly<Record<string, unknown>>;

/** What `npm start` itself has to say, between the lines of the processes that it runs. */
export interface Report {
  readonly info: (message: string, fields?: Fields) => void;
  readonly warn: (message: string, fields?: Fields) => void;
  readonly error: (message: string, fields?: Fields) => void;
  /** Lines for people on a terminal; the same facts as one log line elsewhere. */
  readonly announce: (lines: readonly string[], message: string, fields: Fields) => void;
}

const name = 'start';
const levels = { info: 30, warn: 40, error: 50 } as const;

/** `HH:MM:ss.l` in local time, as the processes print it. */
const clock = (now: Date) => now.toTimeString().slice(0, 8) + now.toISOString().slice(19, 23);

/**
 * A report in the form that the processes use for their logs.
 * @param format `auto` is `pretty` on a terminal and `json` otherwise
 */
export const createReport = (
  format: 'auto' | 'json' | 'pretty',
  output: NodeJS.WriteStream = process.stdout,
): Report => {
  const isPretty = format === 'pretty' || (format === 'auto' && output.isTTY);

  const json = (level: number, msg: string, fields: Fields) =>
    output.write(
      `${JSON.stringify({ level, time: new Date().toISOString(), name, ...fields, msg })}\n`,
    );

  const line =
    (level: keyof typeof levels) =>
    (message: string, fields: Fields = {}) => {
      if (!isPretty) return void json(levels[level], message, fields);
      output.write(`[${clock(new Date())}] ${level.toUpperCase()}: ${name}: ${message}\n`);
    };

  return {
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    announce: (lines, message, fields) =>
      void (isPretty ? output.write(`\n${lines.join('\n')}\n\n`) : json(30, message, fields)),
  };
};
