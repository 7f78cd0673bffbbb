import { each, type PromiseCheck } from './promise.ts';

/** That Postgres remembers each job, once and as it ended. */
export const recording: readonly PromiseCheck[] = [
  {
    promise: 'every job has one row in the history, with its end',
    breaches: ({ shown, history }) => {
      if (!history) return undefined;
      const rows = Map.groupBy(history, ({ id }) => id);
      return each(shown.values(), ({ id, status, finishedAt, attempts, error }) => {
        const [row, another] = rows.get(id) ?? [];
        if (!row) return `${id} has no row`;
        if (another) return `${id} has more than one row`;
        const end = `${status} at ${finishedAt}, ${attempts.made} attempts, ${error?.code}`;
        const { status: kept, finishedAt: keptAt } = row;
        const known = `${kept} at ${keptAt}, ${row.attempts} attempts, ${row.error ?? undefined}`;
        return end === known ? undefined : `${id} is ${end}; recorded: ${known}`;
      });
    },
  },
  {
    promise: 'the history has no other jobs',
    breaches: ({ shown, history }) =>
      history &&
      each(history, ({ id, status }) => (shown.has(id) ? undefined : `${id} is ${status}`)),
  },
];
