/** The id of an entry, `<milliseconds>-<number in that millisecond>`: that of Redis's stream. */
export interface EntryId {
  readonly ms: number;
  readonly seq: number;
}

/** Undefined for what is none. */
export const parseEntryId = (text: string): EntryId | undefined => {
  const [, ms, seq] = /^(\d{1,15})-(\d{1,9})$/.exec(text) ?? [];
  return ms === undefined || seq === undefined ? undefined : { ms: Number(ms), seq: Number(seq) };
};

export const formatEntryId = ({ ms, seq }: EntryId): string => `${ms}-${seq}`;

/** Orders newest first. */
export const newestFirst = (one: EntryId, other: EntryId): number =>
  other.ms - one.ms || other.seq - one.seq;
