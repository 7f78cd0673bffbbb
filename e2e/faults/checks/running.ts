import { workerLostCode } from '../../../packages/jobs/src/record/failure.ts';
import { type Evidence, entriesOf, type Run } from '../evidence/evidence.ts';
import { workResult } from '../processes/job-types.ts';
import { each, type PromiseCheck } from './promise.ts';

/** A job that has lost so many workers is buried. */
const lossesToBury = 3;

/**
 * Claims of one job follow one another: each later one has more failures or more losses behind it, but
 * for one after a job was handed back unharmed.
 */
const rankOf = ({ start }: Run): number => start.attempt + start.losses;

/** The run whose result the job has. */
export const winnerOf = ({ runs, shown }: Evidence, id: string): Run | undefined => {
  const { run } = workResult.safeParse(shown.get(id)?.result).data ?? {};
  return runs.get(id)?.find(({ start }) => start.run === run);
};

/** Runs that returned a result which is not the job's: their worker had lost the job meanwhile. */
export const lateFinishes = (evidence: Evidence): Run[] =>
  [...evidence.runs].flatMap(([id, runs]) => {
    const winner = winnerOf(evidence, id);
    return runs.filter((run) => run.end?.outcome === 'returned' && run !== winner);
  });

const wasBuried = ({ shown }: Evidence, id: string): boolean =>
  shown.get(id)?.error?.code === workerLostCode;

/** What is wrong with how a job ended; undefined when nothing is. */
const wrongEnd = (evidence: Evidence, id: string): string | undefined => {
  const job = evidence.shown.get(id);
  const wish = evidence.wishes.get(evidence.stored.get(id)?.n ?? -1)?.wish;
  if (!job || !wish) return `${id} was wished by nobody`;
  if (wasBuried(evidence, id)) {
    const claims = evidence.stored.get(id)?.claims ?? 0;
    return claims < lossesToBury ? `${id} was buried after ${claims} claims` : undefined;
  }
  const { status, error } = job;
  if (!wish.ends.includes(status)) return `${id} (${wish.kind}) is ${status}: ${error?.code}`;
  if (status === 'failed' && error?.code !== wish.errorCode) {
    return `${id} (${wish.kind}) failed with ${error?.code}`;
  }
  return undefined;
};

/** What is wrong with the number of attempts; undefined when nothing is. */
const wrongAttempts = (evidence: Evidence, id: string): string | undefined => {
  const job = evidence.shown.get(id);
  const wish = evidence.wishes.get(evidence.stored.get(id)?.n ?? -1)?.wish;
  if (!job || !wish) return undefined;
  const { made, max } = job.attempts;
  if (made > max) return `${id} has ${made} attempts of ${max}`;
  if (job.status !== 'succeeded') return undefined;
  const due = (wish.payload.failures ?? 0) + 1;
  return made === due ? undefined : `${id} succeeded after ${made} attempts, not ${due}`;
};

/** That what runs has one outcome, and no more effects than runs. */
export const running: readonly PromiseCheck[] = [
  {
    promise: 'every job ended as it had to',
    breaches: (evidence) => each(evidence.stored.keys(), (id) => wrongEnd(evidence, id)),
  },
  {
    promise: 'attempts are counted once each',
    breaches: (evidence) => each(evidence.stored.keys(), (id) => wrongAttempts(evidence, id)),
  },
  {
    promise: 'effects ≤ starts ≤ claims',
    breaches: ({ runs, stored, entries }) => {
      const started = new Set(entriesOf(entries, 'start').map(({ run }) => run));
      return [
        ...each(entriesOf(entries, 'effect'), ({ id, run }) =>
          started.has(run) ? undefined : `${id} had an effect without a start`,
        ),
        ...each(runs, ([id, those]) => {
          const effects = those.reduce((sum, run) => sum + run.effects, 0);
          const claims = stored.get(id)?.claims ?? 0;
          return effects <= those.length && those.length <= claims
            ? undefined
            : `${id}: ${effects} effects, ${those.length} starts, ${claims} claims`;
        }),
      ];
    },
  },
  {
    promise: 'a success is that of a run which returned, and which had its effect once',
    breaches: (evidence) =>
      each(evidence.shown.values(), ({ id, status }) => {
        if (status !== 'succeeded') return undefined;
        const winner = winnerOf(evidence, id);
        return winner?.end?.outcome === 'returned' && winner.effects === 1
          ? undefined
          : `${id} has a result of no run that returned it`;
      }),
  },
  {
    promise: 'a late finish of a worker that lost the job is rejected',
    breaches: (evidence) =>
      each(evidence.runs, ([id, runs]) => {
        const winner = winnerOf(evidence, id);
        if (!winner) return undefined;
        const last = Math.max(...runs.map(rankOf));
        return rankOf(winner) === last
          ? undefined
          : `${id} has the result of claim ${rankOf(winner)}; claim ${last} came later`;
      }),
  },
];
