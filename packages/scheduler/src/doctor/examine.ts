import { CodedError, toError } from '@drover/shared/errors';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import { type Examined, type Finding, fail, skip } from './findings.ts';

export type StoreName = 'Redis' | 'Postgres';

/** Something that is looked at. It changes nothing. */
export interface Check {
  readonly name: string;
  /** What must have answered for it to make sense. */
  readonly needs: readonly StoreName[];
  look(): Promise<readonly Finding[]> | readonly Finding[];
}

/** Resolves with whether a store answers. */
export type Reached = Readonly<Record<StoreName, Promise<boolean>>>;

/** Redis and Postgres say in these words that the user may not do it. */
const isForbidden = (err: Error): boolean =>
  err.message.startsWith('NOPERM') || ('code' in err && err.code === '42501');

const failure = (thrown: unknown): Finding => {
  const err = toError(thrown);
  if (err instanceof CodedError && err.code === 'deadline-exceeded') {
    const advice = 'Is the store busy or hung, or the network slow? Run the doctor again.';
    return fail('there was no answer in time', { advice });
  }
  if (isForbidden(err)) {
    const advice = 'Give the user of the URL the rights that Drover needs.';
    return fail(`it may not be looked at (${err.message})`, { advice });
  }
  const advice = 'The other findings may say why; else run the doctor again.';
  return fail(`it could not be looked at (${err.message || err.name})`, { advice });
};

const look = async (check: Check, reached: Reached, timeoutMs: number): Promise<Examined[]> => {
  for (const store of check.needs) {
    if (await reached[store]) continue;
    return [{ check: check.name, ...skip(`${store} does not answer`) }];
  }
  let findings: readonly Finding[];
  try {
    const looking = Promise.resolve().then(() => check.look());
    findings = await within(deadlineIn(timeoutMs), check.name, looking);
  } catch (err) {
    findings = [failure(err)];
  }
  return findings.map((finding) => ({ check: check.name, ...finding }));
};

/**
 * Runs all checks at once. None waits for another, and none takes longer than the time that it has
 * beyond what the stores take to answer at all.
 * @returns the findings in the order of the checks.
 */
export const examine = async (
  checks: readonly Check[],
  reached: Reached,
  timeoutMs: number,
): Promise<readonly Examined[]> =>
  (await Promise.all(checks.map((check) => look(check, reached, timeoutMs)))).flat();
