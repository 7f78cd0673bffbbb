import { parseJobId } from '@drover/shared/job-id';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Catalog } from '../catalog.ts';
import type { QueuedJob } from '../record/queued-job.ts';
import type { WebhookIntake } from '../webhooks/attach.ts';
import type { ScheduleDefinition } from './definition.ts';
import { readInstalled } from './install.ts';
import { type Resolved, resolveSchedule } from './resolve.ts';
import { changeRun, noteRun, type Run, type Runs, readRuns, runName } from './runs.ts';
import { jobOfSlot, submitSlot } from './submit-run.ts';

/** A slot that is found later than this has been missed, in milliseconds. Recovery takes less. */
export const misfireToleranceMs = 60_000;

export interface FiringParts {
  queues: QueueSet;
  catalog: Catalog;
  /** How many partitions new jobs are spread over. */
  partitions: number;
  webhooks: WebhookIntake;
  log: Log;
  /** Milliseconds since 1970; default: the clock. */
  now?: () => number;
}

/** A slot of a schedule that is due. */
export interface DueSlot {
  schedule: string;
  slot: number;
}

/** Whether the job of a run is under way: neither ended nor gone. */
const isRunning = async (queues: QueueSet, { open, job }: Run): Promise<boolean> => {
  const address = open && job !== undefined ? parseJobId(job) : undefined;
  const stored = address && (await queues.read(address));
  return stored !== undefined && stored.finishedOn === undefined;
};

const anyRunning = async (queues: QueueSet, runs: Runs): Promise<boolean> => {
  const running = await Promise.all([...runs.byName.values()].map((run) => isRunning(queues, run)));
  return running.includes(true);
};

type Verdict = Pick<Run, 'outcome' | 'reason'>;

/** What is to become of a slot, by the schedule's policies. */
const judge = async (
  { queues }: FiringParts,
  definition: ScheduleDefinition,
  resolved: Resolved,
  { lateMs, runs }: { lateMs: number; runs: Runs },
): Promise<Verdict> => {
  if ('problem' in resolved) return { outcome: 'refused', reason: resolved.problem };
  if (definition.misfire === 'skip' && lateMs > misfireToleranceMs) {
    return { outcome: 'skipped', reason: `It was found ${Math.round(lateMs / 1_000)} s late.` };
  }
  if (definition.overlap === 'skip' && (await anyRunning(queues, runs))) {
    return { outcome: 'skipped', reason: 'The job of an earlier run has not ended.' };
  }
  return { outcome: 'submitted' };
};

/** What a decision is made on. */
interface Case {
  definition: ScheduleDefinition;
  resolved: Resolved;
  /** The job of the slot, where there can be one. */
  job: QueuedJob | undefined;
  /** The runs as they were read last. */
  known: Runs;
}

/**
 * Decides on a slot, once: who comes later, after a crash or over the head of another, finds what was
 * decided. Decisions on one schedule are made one after the other.
 */
const decide = async (
  parts: FiringParts,
  { schedule, slot }: DueSlot,
  { definition, resolved, job, known }: Case,
): Promise<Run> => {
  const { queues, now = Date.now } = parts;
  for (let runs = known; ; runs = await readRuns(queues, schedule)) {
    const decided = runs.byName.get(String(slot));
    if (decided) return decided;
    const at = now();
    const verdict = await judge(parts, definition, resolved, { lateMs: at - slot, runs });
    const isSubmitted = verdict.outcome === 'submitted';
    const run: Run = {
      open: isSubmitted,
      trigger: 'clock',
      slot,
      at,
      ...verdict,
      ...(isSubmitted && job && { job: job.id }),
    };
    if (await noteRun(queues, schedule, run, runs.version)) return run;
  }
};

/**
 * Does what a slot that is due asks for: submits the schedule's job, or notes why not. It can be done
 * again at any time, and by several at once: the slot has one job at most.
 * @returns undefined when there is no such schedule any more, or it is not enabled.
 * @throws Redis errors, which are worth another try.
 */
export const fireSlot = async (parts: FiringParts, due: DueSlot): Promise<Run | undefined> => {
  const { queues, partitions, log } = parts;
  // Both go in one packet.
  const [definition, runs] = await Promise.all([
    readInstalled(queues, due.schedule),
    readRuns(queues, due.schedule),
  ]);
  if (!definition) return undefined;
  const of = { ...due, partitions };
  const resolved = resolveSchedule(definition, parts);
  const job = 'submission' in resolved ? jobOfSlot(resolved.submission, of) : undefined;
  const run = await decide(parts, due, { definition, resolved, job, known: runs });
  if (run.outcome === 'refused') {
    log.error({ schedule: due.schedule, reason: run.reason }, 'a schedule cannot run');
  }
  if (run.outcome !== 'submitted' || !job || run.status !== undefined) return run;
  const id = await submitSlot(queues, job, of);
  // Its dedupe key stood for another job.
  if (id !== run.job) await changeRun(queues, due.schedule, runName(run), { ...run, job: id });
  return run;
};
