import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Criterion, judgeErrors, judgeRefusals } from '../criteria.ts';
import type { Phase } from '../sending/session.ts';
import type { Settings } from '../settings.ts';
import type { Profile } from './profile.ts';

const warmUpForMs = 2_000;

interface Step {
  readonly name: string;
  /** What was multiplied: replicas or clients. */
  readonly size: number;
  readonly lanes: number;
  readonly servers: number;
  readonly command?: string;
}

/** The same crowd against more and more replicas, or a growing crowd against what there is. */
export const stepsOf = ({ url, replicas, scale, clients, connections }: Settings): Step[] => {
  const servers = url.length;
  const name = (n: number) => `${n} ${n === 1 ? 'replica' : 'replicas'}`;
  if (replicas && scale) {
    return replicas.map((size) => ({
      name: name(size),
      size,
      lanes: connections,
      servers,
      command: scale.replaceAll('{n}', String(size)),
    }));
  }
  if (servers > 1) {
    return url.map((_, index) => ({
      name: name(index + 1),
      size: index + 1,
      lanes: connections,
      servers: index + 1,
    }));
  }
  return clients.map((size) => ({
    name: `${size} ${size === 1 ? 'client' : 'clients'}`,
    size,
    lanes: size,
    servers,
  }));
};

/** Runs a command of the shell; what it prints goes to stderr. @throws Error when it fails. */
const run = async (command: string, signal: AbortSignal): Promise<void> => {
  const child = spawn(command, { shell: true, stdio: ['ignore', 2, 2], signal });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`"${command}" ended with ${code}`);
};

const rateOf = ({ tally, fromMs, toMs }: Phase): number =>
  (tally.figures().ok * 1_000) / (toMs - fromMs);

/** Each step's rate beside that of the first, and what is left of the first's rate for each part. */
export const findingsOf = (
  steps: readonly { readonly name: string; readonly size: number; readonly perSecond: number }[],
): string[] => {
  const [first] = steps;
  if (first === undefined || first.perSecond === 0) return [];
  return steps.slice(1).map(({ name, size, perSecond }) => {
    const times = perSecond / first.perSecond;
    const efficiency = (times * first.size) / size;
    return `${name}: ${times.toFixed(2)} times the rate of ${first.name}, an efficiency of ${(efficiency * 100).toFixed(0)} %.`;
  });
};

export const scalability: Profile = async ({ settings, session, say }) => {
  const done: { step: Step; phase: Phase }[] = [];
  const criteria: Criterion[] = [];
  for (const step of stepsOf(settings)) {
    const { name, lanes, servers, command } = step;
    if (session.signal.aborted) break;
    if (command !== undefined) {
      say(command);
      await run(command, session.signal);
    }
    say(`${name}…`);
    await session.closed({ name: 'warm-up', ms: warmUpForMs, lanes, servers });
    const phase = await session.closed({ name, ms: settings.for, lanes, servers });
    const figures = phase.tally.figures();
    for (const { name: what, ...rest } of [judgeErrors(figures), judgeRefusals(figures)]) {
      criteria.push({ name: `${name}: ${what}`, ...rest });
    }
    done.push({ step, phase });
  }
  return {
    phases: done.map(({ phase }) => phase),
    criteria,
    findings: [
      ...findingsOf(done.map(({ step, phase }) => ({ ...step, perSecond: rateOf(phase) }))),
      'Latencies are those of clients that send one request after the other.',
    ],
    marks: done.map(({ phase: { name, fromMs } }) => ({ atMs: fromMs, name })),
  };
};
