import type { AttemptRecord, JobResource } from '@drover/jobs/contract/job-resource';

/** What a job did between two instants, in milliseconds since 1970. */
export interface Span {
  readonly kind: 'scheduled' | 'waiting' | 'running' | AttemptRecord['outcome'];
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** Something that happened to a job. */
export interface Mark {
  readonly at: number;
  readonly label: string;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

const ms = (instant: string): number => Date.parse(instant);

/** Attempts whose beginning and end are known, as spans; one that was lost ends where the next begins. */
const attemptSpans = ({ attempts, finishedAt }: JobResource, now: number): Span[] => {
  const known = attempts.history.filter(({ startedAt }) => startedAt !== null);
  return known.map(({ attempt, outcome, startedAt, durationMs }, n) => {
    const from = ms(startedAt ?? '');
    const next = known[n + 1]?.startedAt ?? finishedAt;
    const to = durationMs === null ? (next ? ms(next) : now) : from + durationMs;
    return { kind: outcome, from, to: Math.max(from, to), label: `Attempt ${attempt}` };
  });
};

/** The attempt that is under way. */
const runningSpan = ({ status, startedAt, attempts }: JobResource, now: number): Span[] => {
  if (status !== 'running' || startedAt === null) return [];
  const from = ms(startedAt);
  const label = `Attempt ${attempts.made + 1}`;
  return [{ kind: 'running', from, to: Math.max(from, now), label }];
};

/** What lies between the others: before its time, it was scheduled; then it waited. */
const gaps = (job: JobResource, busy: readonly Span[], until: number): Span[] => {
  const spans: Span[] = [];
  let at = ms(job.createdAt);
  const wait = (to: number) => {
    if (to > at) spans.push({ kind: 'waiting', from: at, to, label: 'Waiting' });
    at = Math.max(at, to);
  };
  const first = busy[0]?.from ?? until;
  const due = Math.min(ms(job.runAt), first, until);
  // Later, `runAt` is the time of the next attempt.
  if (job.attempts.made === 0 && due > at) {
    spans.push({ kind: 'scheduled', from: at, to: due, label: 'Before its time' });
    at = due;
  }
  for (const span of busy) {
    wait(span.from);
    at = Math.max(at, span.to);
  }
  wait(until);
  return spans;
};

const ends: Partial<Record<JobResource['status'], string>> = {
  succeeded: 'Succeeded',
  failed: 'Failed for good',
  canceled: 'Canceled',
  expired: 'Expired',
};

const outcomes: Record<AttemptRecord['outcome'], string> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'was canceled',
  lost: 'was lost with its worker',
};

const marksOf = (job: JobResource, busy: readonly Span[]): Mark[] => {
  const { createdAt, runAt, finishedAt, status } = job;
  const isLater = ms(runAt) > ms(createdAt);
  const marks: Mark[] = [{ at: ms(createdAt), label: 'Submitted' }];
  if (isLater) marks.push({ at: ms(runAt), label: status === 'retrying' ? 'Due again' : 'Due' });
  for (const { kind, from, to, label } of busy) {
    marks.push({ at: from, label: `${label} began` });
    if (kind in outcomes) {
      marks.push({ at: to, label: `${label} ${outcomes[kind as AttemptRecord['outcome']]}` });
    }
  }
  if (finishedAt !== null) marks.push({ at: ms(finishedAt), label: ends[status] ?? 'Ended' });
  return marks.toSorted((one, other) => one.at - other.at);
};

/** What happened to a job, and when, as far as is known at `now` (milliseconds since 1970). */
export const timelineOf = (job: JobResource, now: number): Timeline => {
  const busy = [...attemptSpans(job, now), ...runningSpan(job, now)].toSorted(
    (one, other) => one.from - other.from,
  );
  const from = ms(job.createdAt);
  const until = job.finishedAt === null ? now : ms(job.finishedAt);
  const spans = [...gaps(job, busy, until), ...busy].toSorted(
    (one, other) => one.from - other.from,
  );
  const marks = marksOf(job, busy);
  const to = Math.max(until, from + 1, ...spans.map((span) => span.to));
  return { from, to, spans, marks };
};
