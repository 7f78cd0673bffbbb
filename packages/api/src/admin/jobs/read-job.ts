import type { LogLine } from '@drover/jobs/contract/job-events';
import { isTerminal, type JobResource } from '@drover/jobs/contract/job-resource';
import { isDead } from '@drover/jobs/dead-letters/entry';
import { queueNames } from '@drover/jobs/definition/queues';
import { type JobEnvelope, jobEnvelope } from '@drover/jobs/record/envelope';
import { type ListedDelivery, listDeliveries } from '@drover/jobs/webhooks/list';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { traceIdOf } from '@drover/shared/tracing/trace-context';
import type { JobHistory } from '../../history/job-history.ts';
import type { JobStore } from '../../jobs/store.ts';
import { stacksOf } from './stacks.ts';

/** What can be done to a job as it is. */
export interface Possible {
  cancel: boolean;
  retry: boolean;
  /** It is a dead letter: it may get another payload, or be discarded. */
  redrive: boolean;
}

/** A job with all that its page shows. */
export interface ShownJob {
  readonly resource: JobResource;
  /** The queue has forgotten it: this is what the history knows. */
  readonly isRecorded: boolean;
  readonly possible: Possible;
  /** Stacks of its failed attempts, by their number. */
  readonly stacks: ReadonlyMap<number, string>;
  readonly logs: { readonly lines: readonly LogLine[]; readonly total: number };
  readonly deliveries: readonly ListedDelivery[];
  /** The schedule whose run it is: its tenant and id. */
  readonly schedule: { tenant: string; id: string } | undefined;
  readonly traceId: string | undefined;
}

export interface JobReads {
  queues: QueueSet;
  store: Pick<JobStore, 'read' | 'readLines'>;
  partitions: number;
  history: Pick<JobHistory, 'find'>;
}

/** Log lines that are shown unless all are asked for; then all that are kept. */
const shownLines = 200;
const allLines = 1_000;

const shownDeliveries = 20;

/** @returns undefined for what is no id of a job: a queue that is not registered is never opened. */
export const addressOf = (id: string): JobAddress | undefined => {
  const address = parseJobId(id);
  return address && (queueNames as readonly string[]).includes(address.queue) ? address : undefined;
};

/** `tenant/id`. */
const scheduleOf = (name: string | undefined): ShownJob['schedule'] => {
  const at = name?.indexOf('/') ?? -1;
  return name === undefined || at < 0
    ? undefined
    : { tenant: name.slice(0, at), id: name.slice(at + 1) };
};

/** Only what is told of its end has deliveries, and to look for them is work. */
const deliveriesOf = async (
  { queues, partitions }: JobReads,
  id: string,
  { tenant, settle }: JobEnvelope,
): Promise<readonly ListedDelivery[]> => {
  if (!settle?.webhook) return [];
  const page = { tenant, filter: { source: id }, after: undefined, limit: shownDeliveries };
  return (await listDeliveries(queues, partitions, page)).items;
};

const linesOf = async (
  { store }: JobReads,
  address: JobAddress,
  { logged }: StoredJob,
  all: boolean,
) => {
  const limit = all ? allLines : shownLines;
  return logged === 0
    ? { lines: [], total: 0 }
    : store.readLines(address, { after: Math.max(0, logged - limit), limit });
};

const possibleOf = (resource: JobResource, job: StoredJob): Possible => ({
  cancel: !isTerminal(resource.status),
  retry: ['failed', 'canceled', 'expired'].includes(resource.status),
  redrive: isDead(job),
});

const readLive = async (
  reads: JobReads,
  address: JobAddress,
  all: boolean,
): Promise<ShownJob | undefined> => {
  const [seen, job] = await Promise.all([reads.store.read(address), reads.queues.read(address)]);
  if (!seen || !job) return undefined;
  const { resource } = seen;
  const envelope = jobEnvelope.safeParse(job.data).data;
  const [logs, deliveries] = await Promise.all([
    linesOf(reads, address, job, all),
    envelope ? deliveriesOf(reads, address.id, envelope) : [],
  ]);
  return {
    resource,
    isRecorded: false,
    possible: possibleOf(resource, job),
    stacks: stacksOf(job),
    logs,
    deliveries,
    schedule: scheduleOf(envelope?.settle?.schedule?.schedule),
    traceId: envelope?.trace && traceIdOf(envelope.trace),
  };
};

const recorded = (resource: JobResource): ShownJob => ({
  resource,
  isRecorded: true,
  possible: { cancel: false, retry: false, redrive: false },
  stacks: new Map(),
  logs: { lines: [], total: 0 },
  deliveries: [],
  schedule: undefined,
  traceId: undefined,
});

/**
 * A job of any tenant, from its queue or else from the history.
 * @param options.allLogs whether all of its log is wanted; default the latest lines.
 * @returns undefined when neither knows it.
 */
export const readShownJob = async (
  reads: JobReads,
  id: string,
  { allLogs = false } = {},
): Promise<ShownJob | undefined> => {
  const address = addressOf(id);
  if (!address) return undefined;
  const live = await readLive(reads, address, allLogs);
  if (live) return live;
  const resource = await reads.history.find(id, null);
  return resource && recorded(resource);
};
