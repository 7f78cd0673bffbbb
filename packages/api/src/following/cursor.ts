import type { JobResource } from '@drover/jobs/contract/job-resource';

/** How much of a job a follower has seen: what the id of an event says. */
export interface Cursor {
  /** Number of the last log line. */
  seq: number;
  /** The status, with what tells one round of it from the next. */
  status: string;
}

export const startCursor: Cursor = { seq: 0, status: '' };

/** Tells one status of a job from another, and one attempt's `running` from the next one's. */
export const statusToken = ({ status, attempts, startedAt, finishedAt }: JobResource): string =>
  `${status}-${attempts.made}-${Date.parse(finishedAt ?? startedAt ?? '') || 0}`;

export const encodeCursor = ({ seq, status }: Cursor): string => `${seq}.${status}`;

/** @returns the start for an id that is none of ours. */
export const decodeCursor = (id: string | undefined): Cursor => {
  const [, seq, status] = /^(\d{1,10})\.([a-z]*(?:-\d{1,16}){0,2})$/.exec(id ?? '') ?? [];
  return seq === undefined || status === undefined ? startCursor : { seq: Number(seq), status };
};
