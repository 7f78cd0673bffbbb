import { parseJobId } from '@drover/shared/job-id';
import { z } from 'zod';
import type { JobFilterInput } from '../contract/job-list.ts';

/** Which jobs are meant. Instants are milliseconds; what is undefined fits all. */
export const historyFilter = z.object({
  /** Whose; null: everybody's. */
  tenant: z.string().nullable(),
  status: z.array(z.string()).optional(),
  type: z.array(z.string()).optional(),
  queue: z.array(z.string()).optional(),
  /** All of them. */
  tags: z.array(z.string()).optional(),
  workflow: z.string().optional(),
  schedule: z.string().optional(),
  code: z.array(z.string()).optional(),
  /** Submitted then or later. */
  since: z.number().optional(),
  /** Submitted before then. */
  until: z.number().optional(),
  /** As people write it to search engines. */
  text: z.string().optional(),
  /** The job of that id. */
  id: z.string().optional(),
});

export type HistoryFilter = z.output<typeof historyFilter>;

const present = <T extends Record<string, unknown>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

/** Nothing was submitted before 1970. */
const momentOf = (instant: string): number => Math.max(0, Date.parse(instant));

/** A text that is the id of a job means that job. */
const idIn = (text: string | undefined): string | undefined => {
  const id = text?.trim().toLowerCase();
  return id !== undefined && parseJobId(id) ? id : undefined;
};

/** The filter that a client gave, which fits its contract, for the jobs of a tenant. */
export const toHistoryFilter = (
  { since, until, tag, text, ...same }: JobFilterInput,
  tenant: string | null,
): HistoryFilter => ({
  tenant,
  ...present({
    ...same,
    tags: tag,
    text: idIn(text) === undefined ? text : undefined,
    id: idIn(text),
    since: since === undefined ? undefined : momentOf(since),
    until: until === undefined ? undefined : momentOf(until),
  }),
});
