import type { Criterion } from '../criteria.ts';
import type { Phase, Session } from '../sending/session.ts';
import type { Settings } from '../settings.ts';
import type { ProcessCourse } from '../watching/watch-processes.ts';

/** What a profile found out. */
export interface Verdict {
  readonly phases: readonly Phase[];
  readonly criteria: readonly Criterion[];
  /** What else there is to say, a sentence each. */
  readonly findings: readonly string[];
  /** Marks the moments in the charts, in milliseconds from the start. */
  readonly marks?: readonly { readonly atMs: number; readonly name: string }[];
}

export interface Stage {
  readonly settings: Settings;
  readonly session: Session;
  /** What the processes have told of themselves so far. */
  readonly processes: () => readonly ProcessCourse[];
  readonly say: (text: string) => void;
}

export type Profile = (stage: Stage) => Promise<Verdict>;

export const constant = (perSecond: number) => () => perSecond;

/** From a tenth of the rate to all of it. */
export const rising = (perSecond: number) => (part: number) => perSecond * (0.1 + 0.9 * part);

/** A time for connections and compilers, at most a fifth of the whole: it is not judged. */
export const warmUpMs = (ms: number): number => Math.min(10_000, ms / 5);
