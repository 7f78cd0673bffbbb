import type { PlannedRequest, Wish } from '../client/plan.ts';
import type { EntryOf, LedgerEntry } from '../ledger/entries.ts';
import type { ShownJob } from './api-jobs.ts';
import type { HistoryRow } from './history.ts';
import type { StoredJob } from './stored-jobs.ts';

/** One run of a handler. */
export interface Run {
  readonly start: EntryOf<'start'>;
  readonly effects: number;
  readonly end: EntryOf<'end'> | undefined;
}

/** Everything that is known of a run of the suite, from outside of Drover and from its API. */
export interface Evidence {
  readonly entries: readonly LedgerEntry[];
  readonly wishes: ReadonlyMap<number, { wish: Wish; isKeyed: boolean }>;
  /** Ids that the client was given for each wish. */
  readonly accepted: ReadonlyMap<number, ReadonlySet<string>>;
  /** How many answers for each wish told nothing for sure. */
  readonly unknowns: ReadonlyMap<number, number>;
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** Every job that Redis holds. */
  readonly stored: ReadonlyMap<string, StoredJob>;
  /** Every stored or accepted job that the API knows. */
  readonly shown: ReadonlyMap<string, ShownJob>;
  /** Ids of the dead letters; undefined where the API has none. */
  readonly deadLetters: ReadonlySet<string> | undefined;
  /** Every row of the history, of all jobs; undefined where it was not looked at. */
  readonly history: readonly HistoryRow[] | undefined;
}

/** The entries of one kind. */
export const entriesOf = <What extends LedgerEntry['what']>(
  entries: readonly LedgerEntry[],
  what: What,
): EntryOf<What>[] => entries.filter((entry): entry is EntryOf<What> => entry.what === what);

const runsByJob = (entries: readonly LedgerEntry[]): Map<string, Run[]> => {
  const effects = Map.groupBy(entriesOf(entries, 'effect'), ({ run }) => run);
  const ends = new Map(entriesOf(entries, 'end').map((end) => [end.run, end]));
  const runs = entriesOf(entries, 'start').map((start) => ({
    start,
    effects: effects.get(start.run)?.length ?? 0,
    end: ends.get(start.run),
  }));
  return Map.groupBy(runs, ({ start }) => start.id);
};

export const acceptedIds = (
  entries: readonly LedgerEntry[],
): ReadonlyMap<number, ReadonlySet<string>> => {
  const byWish = Map.groupBy(entriesOf(entries, 'accepted'), ({ n }) => n);
  return new Map([...byWish].map(([n, those]) => [n, new Set(those.map(({ id }) => id))]));
};

/** Puts together what the ledger, Redis and the API say. */
export const gatherEvidence = (found: {
  requests: readonly PlannedRequest[];
  entries: readonly LedgerEntry[];
  stored: readonly StoredJob[];
  shown: ReadonlyMap<string, ShownJob>;
  deadLetters: ReadonlySet<string> | undefined;
  history?: readonly HistoryRow[];
}): Evidence => {
  const { requests, entries, stored, shown, deadLetters, history } = found;
  const unknowns = Map.groupBy(entriesOf(entries, 'unknown'), ({ n }) => n);
  const wishes = requests.flatMap(({ wishes, key }) =>
    wishes.map((wish) => [wish.n, { wish, isKeyed: key !== undefined }] as const),
  );
  return {
    entries,
    wishes: new Map(wishes),
    accepted: acceptedIds(entries),
    unknowns: new Map([...unknowns].map(([n, those]) => [n, those.length])),
    runs: runsByJob(entries),
    stored: new Map(stored.map((job) => [job.id, job])),
    shown,
    deadLetters,
    history,
  };
};
