import { toInstant } from '@drover/shared/instant';
import { type JobAddress, submittedAt } from '@drover/shared/job-id';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { jobEnvelope } from '../record/envelope.ts';
import { toResource } from '../record/job-resource.ts';
import { searchedText } from './words.ts';

/** A row of `drover.jobs`, column by column. Instants are RFC 3339. */
export interface HistoryRow {
  readonly submittedAt: string;
  readonly id: string;
  readonly tenant: string;
  readonly type: string;
  readonly queue: string;
  readonly status: string;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly workflow: string | null;
  readonly step: string | null;
  readonly schedule: string | null;
  readonly createdAt: string;
  readonly runAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly attemptsMade: number;
  readonly attemptsMax: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The job resource, as JSON. */
  readonly resource: string;
  /** What Postgres makes the searched words of. */
  readonly text: string;
  /** Microseconds of the clock of its Redis. */
  readonly seenAt: number;
  /** What the names of its keys in Redis begin with. */
  readonly origin: string;
}

/** Longest message that has a column to itself, in characters; the resource has all of it. */
const maxMessageLength = 1_000;

/** The last moment that is written with four digits for the year. */
const lastInstantMs = Date.UTC(9_999, 11, 31);

/** Postgres's texts hold every character but one. */
const storable = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', ' ') : text;

const storableOrNull = (text: string | undefined): string | null =>
  text === undefined ? null : storable(text);

/** A schedule is named as `tenant/id`; its tenant is the job's. */
const scheduleIdOf = (name: string | undefined): string | undefined =>
  name?.slice(name.indexOf('/') + 1);

/**
 * The row of a job as Redis held it at that moment, in microseconds.
 * @param origin what the names of its keys in Redis begin with: the name of its partition; default none.
 * @returns undefined for a job that was not submitted through Drover.
 */
export const toRow = (
  address: JobAddress,
  job: StoredJob,
  seenAt: number,
  origin = '',
): HistoryRow | undefined => {
  const submitted = submittedAt(address.id);
  const envelope = jobEnvelope.safeParse(job.data).data;
  if (!envelope || submitted === undefined || submitted > lastInstantMs) return undefined;
  const resource = toResource(address, job);
  const { error, attempts, workflow } = resource;
  return {
    submittedAt: toInstant(submitted),
    id: resource.id,
    tenant: storable(resource.tenant),
    type: storable(resource.type),
    queue: resource.queue,
    status: resource.status,
    priority: resource.priority,
    tags: resource.tags.map(storable),
    workflow: workflow?.id ?? null,
    step: storableOrNull(workflow?.step),
    schedule: storableOrNull(scheduleIdOf(envelope.settle?.schedule?.schedule)),
    createdAt: resource.createdAt,
    runAt: resource.runAt,
    startedAt: resource.startedAt,
    finishedAt: resource.finishedAt,
    attemptsMade: attempts.made,
    attemptsMax: attempts.max,
    errorCode: storableOrNull(error?.code),
    errorMessage: storableOrNull(error?.message.slice(0, maxMessageLength).toWellFormed()),
    resource: JSON.stringify(resource),
    text: storable(searchedText(resource)),
    seenAt,
    origin,
  };
};
