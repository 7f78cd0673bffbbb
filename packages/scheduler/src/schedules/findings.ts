import type { Installed } from './inspect.ts';
import type { StepCheck } from './steps.ts';

/** A slot that passed longer ago than this should have been fired, in milliseconds. */
const silentAfterMs = 60_000;

/** What is not as it should be, by key. */
export interface Findings {
  /** Not there. */
  readonly missing: string[];
  /** There as they were before they were changed. */
  readonly outdated: string[];
  /** There, and nothing will fire them: their job is gone. */
  readonly silent: string[];
  /** Waiting for a later slot than their next one. */
  readonly outOfStep: string[];
  /** Due, and waiting for a worker: nothing can be done about it here. */
  readonly overdue: string[];
}

const verdictOf = (
  key: string,
  wanted: string,
  installed: Installed | undefined,
  { now, isInStep }: { now: number; isInStep: StepCheck },
): keyof Findings | undefined => {
  if (!installed) return 'missing';
  if (installed.fingerprint !== wanted) return 'outdated';
  if (!installed.isArmed) return 'silent';
  if (installed.next < now - silentAfterMs) return 'overdue';
  return isInStep(key, installed, now) ? undefined : 'outOfStep';
};

/** Compares what should be there with what is. */
export const compare = (
  wanted: ReadonlyMap<string, string>,
  installed: ReadonlyMap<string, Installed>,
  at: { now: number; isInStep: StepCheck },
): Findings => {
  const findings: Findings = { missing: [], outdated: [], silent: [], outOfStep: [], overdue: [] };
  for (const [key, fingerprint] of wanted) {
    const verdict = verdictOf(key, fingerprint, installed.get(key), at);
    if (verdict) findings[verdict].push(key);
  }
  return findings;
};
