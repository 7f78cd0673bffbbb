import type { Check } from './checks/check.ts';
import { confinement } from './checks/confinement.ts';
import { curlLines } from './checks/curl-lines.ts';
import { downAndUp } from './checks/down-and-up.ts';
import { eventStream } from './checks/event-stream.ts';
import { faults } from './checks/faults.ts';
import { rolling } from './checks/rolling.ts';
import { scaling } from './checks/scaling.ts';
import { submitRate } from './checks/submit-rate.ts';
import type { Finding } from './findings.ts';
import { openStack, type RunningStack } from './stack/running-stack.ts';

const checks: readonly Check[] = [
  curlLines,
  confinement,
  eventStream,
  scaling,
  submitRate,
  faults,
  rolling,
  downAndUp,
];

export interface TestOptions {
  readonly rate: number;
  /** Only the checks whose name contains this; all when it is empty. */
  readonly only: string;
  /** Leave the stack running. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

const seconds = async (act: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await act();
  return (performance.now() - startedAt) / 1_000;
};

const start = async (stack: RunningStack, say: TestOptions['say']): Promise<void> => {
  say('building the image');
  say(`built in ${(await seconds(() => stack.compose('build'))).toFixed(1)} s`);
  say('docker compose up --wait');
  say(`up in ${(await seconds(() => stack.compose('up', '--wait'))).toFixed(1)} s`);
};

/** A check that cannot be carried through is a promise that is not met. */
const findingsOf = async (
  check: Check,
  stack: RunningStack,
  { rate, say }: TestOptions,
): Promise<readonly Finding[]> => {
  say(`checking: ${check.name}`);
  try {
    await stack.healthy();
    return await check.run({ stack, rate, say });
  } catch (err) {
    return [{ promise: check.name, isMet: false, seen: String(err) }];
  }
};

/** Brings the stack up, holds it against every promise, and takes it away. */
export const testStack = async (options: TestOptions): Promise<Finding[]> => {
  const stack = await openStack();
  const findings: Finding[] = [];
  try {
    await start(stack, options.say);
    for (const check of checks.filter(({ name }) => name.includes(options.only))) {
      if (options.signal.aborted) break;
      findings.push(...(await findingsOf(check, stack, options)));
    }
    return findings;
  } finally {
    if (options.keep) options.say(`the stack is left running: ${stack.url}`);
    else await stack.compose('down', '--volumes', '--remove-orphans');
  }
};
