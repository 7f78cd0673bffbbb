import type { EmbeddedServer } from './embedded-server.ts';
import type { Guarded } from './guarded.ts';
import type { Kept } from './keep-running.ts';
import type { Ownership } from './ownership.ts';
import type { Report } from './report.ts';

/** A program of ours that runs as a process of its own. */
export interface App {
  readonly name: string;
  /** Path of the program. */
  readonly entry: string;
  /** Answers 200 once it is ready. */
  readonly readyUrl: string;
  /** Answers, whatever it says, as long as the process is of any use. */
  readonly liveUrl: string;
  /** Seconds that it may take to stop. */
  readonly graceSeconds: number;
  /** Said when its stop takes longer than a moment. */
  readonly slowStop: string;
}

/** A server that the apps need, to be run by us. */
export interface Embedded {
  /** The variable by which the apps learn its URL. */
  readonly variable: string;
  /** Starts it; on the given port when it is a restart. */
  readonly start: (port?: number) => Promise<EmbeddedServer>;
}

export interface StackOptions {
  /** In the order in which they are to be stopped; they start together. */
  readonly apps: readonly App[];
  readonly servers: readonly Embedded[];
  /** Environment of the apps, without the variables of `servers`. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly ownership: Ownership;
  readonly report: Report;
  /** Called once every app is ready. */
  readonly onReady: () => void;
}

/** What runs at this moment, and why it should go on or not. */
export interface Stack extends StackOptions {
  readonly runningServers: Kept<EmbeddedServer>[];
  readonly runningApps: Map<App, Kept<Guarded>>;
  /** By the variables of the servers. */
  readonly urls: Record<string, string>;
  /** Aborted when all is to be stopped. */
  readonly ending: AbortSignal;
  /** Every app has been ready at once. */
  isReady: boolean;
  /** Stops all in order, then ends with that exit code. Only the first call counts. */
  readonly end: (code: number) => void;
}
