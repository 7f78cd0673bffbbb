import type { Evidence } from '../evidence/evidence.ts';
import { burying } from './burying.ts';
import { keeping } from './keeping.ts';
import type { Verdict } from './promise.ts';
import { recording } from './recording.ts';
import { running } from './running.ts';
import { standing } from './standing.ts';
import { withdrawing } from './withdrawing.ts';

/** Holds the evidence against every promise. */
export const judge = (evidence: Evidence): Verdict[] =>
  [...keeping, ...running, ...burying, ...withdrawing, ...recording, ...standing].map(
    ({ promise, breaches }) => ({ promise, breaches: breaches(evidence) }),
  );
