import { dueAtOf } from './delayed-score.ts';

/** The sets that BullMQ keeps jobs in, or how a job that is in none of them is found out. */
export type JobPlace =
  | 'completed'
  | 'failed'
  | 'delayed'
  | 'waiting-children'
  | 'active'
  /** Just being ended by a process that is no worker: it will be `failed` in a moment. */
  | 'withdrawing'
  | 'waiting';

/** A job as Redis holds it at one moment. Instants are milliseconds since 1970. */
export interface StoredJob {
  readonly place: JobPlace;
  readonly name: string;
  readonly data: unknown;
  readonly opts: { readonly attempts?: number; readonly delay?: number };
  readonly priority: number;
  readonly timestamp: number;
  /** When it leaves the delayed set; only for a job in it. */
  readonly dueAt: number | undefined;
  readonly progress: unknown;
  /** Attempts that are over; BullMQ counts its own burials and our cancellations too. */
  readonly attemptsMade: number;
  readonly attemptsStarted: number;
  readonly processedOn: number | undefined;
  readonly finishedOn: number | undefined;
  /** The worker that claimed it last. */
  readonly worker: string | undefined;
  /** One entry for each attempt that failed, oldest first. */
  readonly traces: readonly string[];
  /** The latest of its traces, or an empty string. */
  readonly latestTrace: string;
  readonly returnvalue: unknown;
  /** A worker lost it once too often. */
  readonly deferredFailure: boolean;
  /** Lines that it has logged in all. */
  readonly logged: number;
  /** What is known of the workers that were lost while they ran it, a line each; or an empty string. */
  readonly losses: string;
}

/** Hash fields of BullMQ 6, which shortens some, and `logged` and `losses`, which are ours. */
type Fields = Partial<Record<string, string>>;

/** Null for what is missing or, in a job that is not ours, no JSON. */
const parse = (json: string | undefined): unknown => {
  try {
    return json === undefined ? null : JSON.parse(json);
  } catch {
    return null;
  }
};

const instant = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

const tracesOf = (stacktrace: string | undefined): readonly string[] => {
  const traces = stacktrace === undefined ? undefined : parse(stacktrace);
  return Array.isArray(traces)
    ? traces.map((trace) => (typeof trace === 'string' ? trace : ''))
    : [];
};

/** Names and values in turn, as a script returns a hash. */
const toFields = (flat: readonly string[]): Fields => {
  const fields: Fields = {};
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string;
  return fields;
};

/** Reads what {@link Fields} hold. */
export const toStoredJob = (
  flat: readonly string[],
  place: JobPlace,
  delayedScore: string | null | undefined,
): StoredJob => {
  const fields = toFields(flat);
  const traces = tracesOf(fields['stacktrace']);
  return {
    place,
    name: fields['name'] ?? '',
    data: parse(fields['data']),
    opts: (parse(fields['opts']) ?? {}) as StoredJob['opts'],
    priority: Number(fields['priority'] ?? 0),
    timestamp: Number(fields['timestamp'] ?? 0),
    dueAt: delayedScore == null ? undefined : dueAtOf(delayedScore),
    progress: parse(fields['progress']),
    attemptsMade: Number(fields['atm'] ?? 0),
    attemptsStarted: Number(fields['ats'] ?? 0),
    processedOn: instant(fields['processedOn']),
    finishedOn: instant(fields['finishedOn']),
    worker: fields['pb'],
    traces,
    latestTrace: traces.at(-1) ?? '',
    returnvalue: parse(fields['returnvalue']),
    deferredFailure: fields['defa'] !== undefined,
    logged: Number(fields['logged'] ?? 0),
    losses: fields['losses'] ?? '',
  };
};
