import type { WorkflowResource } from '../../packages/jobs/src/contract/workflow.ts';
import type { LedgerEntry } from '../faults/ledger/entries.ts';

const terminal = ['succeeded', 'failed', 'canceled', 'expired', 'skipped'];

/** What the processes wrote down of a job, in order. */
interface Story {
  starts: readonly number[];
  /** When a run of it was over, however. */
  ends: readonly number[];
  returns: readonly number[];
}

const storyOf = (entries: readonly LedgerEntry[] = []): Story => ({
  starts: entries.filter(({ what }) => what === 'start').map(({ at }) => at),
  ends: entries.filter(({ what }) => what === 'end').map(({ at }) => at),
  returns: entries
    .filter((entry) => entry.what === 'end' && entry.outcome === 'returned')
    .map(({ at }) => at),
});

/** The entries of runs, by the job that was run. */
export const byJob = (ledger: readonly LedgerEntry[]): Map<string, LedgerEntry[]> =>
  Map.groupBy(
    ledger.filter((entry) => entry.what === 'start' || entry.what === 'end'),
    (entry) => ('id' in entry ? entry.id : ''),
  );

type Steps = WorkflowResource['steps'];

const isSettledWell = (steps: Steps, name: string): boolean => {
  const step = steps[name];
  return step?.status === 'succeeded' || (step?.allowFailure === true && step.status === 'failed');
};

/** No step began before all that it needs had ended. */
const startedTooEarly = (steps: Steps, stories: (job: string) => Story): string[] =>
  Object.entries(steps).flatMap(([name, { job, needs }]) => {
    const [firstStart] = stories(job).starts;
    if (firstStart === undefined) return [];
    return needs.flatMap((need) => {
      const { job: needed = '', status } = steps[need] ?? {};
      if (!isSettledWell(steps, need)) return [`${name} ran although ${need} is ${status}`];
      const { ends, returns } = stories(needed);
      const over = status === 'succeeded' ? returns : ends;
      // One whose workers were lost under it has ended without a run that did.
      if (over.length === 0 && status === 'failed') return [];
      return over.some((at) => at <= firstStart) ? [] : [`${name} began before ${need} had ended`];
    });
  });

const ranWhereItShould = (steps: Steps, stories: (job: string) => Story): string[] =>
  Object.entries(steps).flatMap(([name, { job, status }]) => {
    const { starts, returns } = stories(job);
    if (status === 'succeeded' && returns.length === 0) return [`${name} succeeded without a run`];
    if (status === 'skipped' && starts.length > 0) return [`${name} was skipped, and ran`];
    return [];
  });

const statusFits = ({ status, error, steps }: WorkflowResource, wasCanceled: boolean): string[] => {
  const isOnCall = (name: string) => Object.values(steps).some((it) => it.onFailure === name);
  const bad = Object.keys(steps).filter(
    (name) => !isOnCall(name) && steps[name]?.status !== 'skipped' && !isSettledWell(steps, name),
  );
  if (status === 'succeeded') return bad.length === 0 ? [] : [`succeeded in spite of ${bad}`];
  if (status === 'canceled' && wasCanceled) return [];
  if (!error) return [`${status} without an error`];
  const own = steps[error.step]?.status;
  return own === status ? [] : [`${status}, but ${error.step} is ${own}`];
};

const tidiedUp = ({ status, error, steps }: WorkflowResource): string[] => {
  const handler = error && steps[error.step]?.onFailure;
  if (!handler || status !== 'failed') return [];
  const tidied = steps[handler]?.status;
  return tidied === 'succeeded' || tidied === 'failed' ? [] : [`${handler} is ${tidied}`];
};

/** How often each step was counted as ended: the counters of those that need it say so. */
const settledOnce = ({ steps }: WorkflowResource, left: Readonly<Record<string, number>>) =>
  Object.entries(steps).flatMap(([name, { needs }]) => {
    const open = needs.filter((need) => !isSettledWell(steps, need)).length;
    return left[name] === open ? [] : [`${name} waits for ${left[name]} steps, not for ${open}`];
  });

/**
 * Everything that is wrong with a workflow that has ended.
 * @param left how many steps each step still waits for, as the workflow's hash has it.
 */
export const faultsOf = (
  workflow: WorkflowResource,
  jobs: ReadonlyMap<string, LedgerEntry[]>,
  { left, wasCanceled }: { left: Readonly<Record<string, number>>; wasCanceled: boolean },
): string[] => {
  const stories = (job: string) => storyOf(jobs.get(job));
  const { steps } = workflow;
  const unfinished = Object.entries(steps).filter(([, { status }]) => !terminal.includes(status));
  return [
    ...unfinished.map(([name, { status }]) => `${name} is ${status} still`),
    ...startedTooEarly(steps, stories),
    ...ranWhereItShould(steps, stories),
    ...statusFits(workflow, wasCanceled),
    ...(wasCanceled ? [] : tidiedUp(workflow)),
    ...settledOnce(workflow, left),
  ].map((fault) => `${workflow.id} (${workflow.status}): ${fault}`);
};
