import type { WorkflowError } from '../contract/workflow.ts';
import { type JobEnvelope, jobEnvelope } from '../record/envelope.ts';
import { followPath } from './pointer.ts';
import { findReferences, isBad, type Reference, replaceReferences } from './references.ts';
import { type StoredOutcome, type StoredStep, storedOutcome, storedStep } from './stored-step.ts';

/** A step as `offer` in `lua.ts` returns it. */
export type PreparedReply = [
  index: string,
  step: string,
  payload: string | null,
  data: string | null,
  error: string | null,
  taken: (string | null)[],
];

/** A step whose result another one takes, by its name. */
interface Taken {
  outcome: StoredOutcome | undefined;
  /** As JSON; undefined where there is none. */
  result: string | undefined;
}

/** A step that nothing holds back, and what its release takes. */
export interface Prepared {
  index: number;
  step: StoredStep;
  /** As submitted; undefined where it has no references. */
  payload: unknown;
  envelope: JobEnvelope | undefined;
  /** What it was released for, if others had to fail. */
  error: WorkflowError | undefined;
  taken: ReadonlyMap<string, Taken>;
}

const fromJson = (text: string | null | undefined): unknown =>
  typeof text === 'string' ? JSON.parse(text) : undefined;

const readTaken = (flat: PreparedReply[5]): Map<string, Taken> => {
  const taken = new Map<string, Taken>();
  for (let n = 0; n + 2 < flat.length; n += 3) {
    const outcome = storedOutcome.safeParse(fromJson(flat[n + 1])).data;
    taken.set(flat[n] ?? '', { outcome, result: flat[n + 2] ?? undefined });
  }
  return taken;
};

export const toPrepared = ([
  index,
  step,
  payload,
  data,
  error,
  taken,
]: PreparedReply): Prepared => ({
  index: Number(index),
  step: storedStep.parse(JSON.parse(step)),
  payload: fromJson(payload),
  envelope: jobEnvelope.safeParse(fromJson(data)).data,
  error: fromJson(error) as WorkflowError | undefined,
  taken: readTaken(taken),
});

/** Why a step cannot be done as it stands: it fails by itself, with that. */
export interface Refusal {
  code: 'unresolved-result' | 'payload-too-large';
  message: string;
}

/** Largest payload that results may make, in bytes of JSON: what a request may have, too. */
const maxPayloadBytes = 1_048_576;

const describe = (reference: Reference): string =>
  `${reference.to === 'result' ? `"${reference.step}"` : 'the error'} at "${['', ...reference.path].join('/')}"`;

const createResolve = ({ taken, error }: Prepared) => {
  const parsed = new Map<string, unknown>();

  const resultOf = (name: string): { found: boolean; value?: unknown } => {
    const { outcome, result } = taken.get(name) ?? {};
    if (outcome?.status !== 'succeeded' || result === undefined) return { found: false };
    if (!parsed.has(name)) parsed.set(name, JSON.parse(result));
    return { found: true, value: parsed.get(name) };
  };

  const sourceOf = (reference: Reference) =>
    reference.to === 'result'
      ? resultOf(reference.step)
      : { found: error !== undefined, value: error };

  return (reference: Reference): { found: boolean; value?: unknown } => {
    const source = sourceOf(reference);
    const value = source.found ? followPath(source.value, reference.path) : source;
    return value.found || !reference.fallback
      ? value
      : { found: true, value: reference.fallback.value };
  };
};

/** The payload with results in it, or why there is none. */
const resolvePayload = (prepared: Prepared): { payload: unknown } | { refusal: Refusal } => {
  const references = findReferences(prepared.payload).filter((it): it is Reference => !isBad(it));
  const resolve = createResolve(prepared);
  const resolved = references.map((reference) => ({ reference, ...resolve(reference) }));
  const missing = resolved.find(({ found }) => !found);
  if (missing) {
    const message = `there is nothing to take from ${describe(missing.reference)}`;
    return { refusal: { code: 'unresolved-result', message } };
  }
  const replacements = resolved.map(({ reference: { at }, value }) => ({ at, value }));
  const payload = replaceReferences(prepared.payload, replacements);
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes <= maxPayloadBytes) return { payload };
  const message = `with its results the payload has ${bytes} bytes; ${maxPayloadBytes} are the most`;
  return { refusal: { code: 'payload-too-large', message } };
};

/** When the job may run and by when it must, counted from now. Milliseconds. */
const timesOf = ({ prepared = {} }: StoredStep, now: number, latest: number | undefined) => {
  const { delay = 0, runAt, expiresIn, expiresAfter } = prepared;
  const wait = runAt === undefined ? delay : Math.max(0, runAt - now);
  const own = expiresIn === undefined ? undefined : now + expiresIn;
  const ofType = expiresAfter === undefined ? undefined : now + wait + expiresAfter;
  const limits = [own ?? ofType, latest].filter((limit) => limit !== undefined);
  return { delay: wait, ...(limits.length > 0 && { expiresAt: Math.min(...limits) }) };
};

/** What a prepared step's job becomes: its data, and its delay in milliseconds. */
export const prepare = (prepared: Prepared): { data: JobEnvelope; delay: number } | undefined => {
  const { envelope, payload, step } = prepared;
  if (!envelope) return undefined;
  const { expiresAt: latest, refusal: _earlier, ...data } = envelope;
  const { delay, expiresAt } = timesOf(step, Date.now(), latest);
  const filled = payload === undefined ? {} : resolvePayload(prepared);
  return { data: { ...data, ...filled, ...(expiresAt !== undefined && { expiresAt }) }, delay };
};
