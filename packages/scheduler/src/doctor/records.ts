import type { AuditStore } from '@drover/jobs/audit/append';
import type { Config } from '@drover/shared/config';
import { describeDuration } from '@drover/shared/duration';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { readHistoryLag } from '../history/lag.ts';
import { counted, type Finding, ok, problemsOr, runbook, someOf, warn } from './findings.ts';

interface Place {
  readonly redis: RedisClient;
  readonly keys: Keys;
}

/** What is longer under way has been left lying; milliseconds. */
const lateMs = 60_000;

const ago = (ms: number): string => describeDuration(Math.round(ms / 1_000) * 1_000);

/** Gaps are noted when recorders start, too, and closed within minutes; milliseconds. */
const gapMs = 600_000;

/** When a gap was noted, in seconds since 1970, by its mark; NaN for one that is only looked for. */
const notedAt = (mark: string): number =>
  mark.startsWith('lost ') ? Number(mark.slice('lost '.length)) / 1_000 : Number.parseFloat(mark);

/** Queues whose history has had a gap for long. */
const oldGaps = async ({ redis, keys }: Place, partition: number): Promise<string[]> => {
  const [owed, [seconds]] = await Promise.all([
    redis.hgetall(keys.historyOwed(partition)),
    redis.time(),
  ]);
  const since = Number(seconds) - gapMs / 1_000;
  return Object.entries(owed)
    .filter(([, mark]) => notedAt(mark) < since)
    .map(([queue]) => queue);
};

/** Whether what becomes of jobs is recorded in time, and without gaps. */
export const lookAtHistory = async (
  place: Place,
  { history, redis: { partitions } }: Pick<Config, 'history' | 'redis'>,
): Promise<readonly Finding[]> => {
  if (history.days === 0) return [ok('no history is kept (HISTORY_DAYS=0)')];
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  const lags = (await Promise.all(numbers.map((n) => readHistoryLag(place, n)))).flat();
  const gaps = [...new Set((await Promise.all(numbers.map((n) => oldGaps(place, n)))).flat())];
  const oldestMs = Math.max(0, ...lags.map((lag) => lag.oldestMs));
  const entries = lags.reduce((sum, lag) => sum + lag.entries, 0);
  const see = runbook('DroverHistoryBehind');
  return problemsOr(
    [
      ...(oldestMs > lateMs
        ? [
            warn(`${entries} changes are not recorded, the oldest for ${ago(oldestMs)}`, {
              advice: 'Is a scheduler running, and Postgres quick enough?',
              see,
            }),
          ]
        : []),
      ...(gaps.length > 0
        ? [
            warn(`the history of ${someOf(gaps)} has gaps that are not closed yet`, {
              advice: 'A scheduler closes them from the jobs themselves, while Redis holds these.',
              see,
            }),
          ]
        : []),
    ],
    `up to date (${counted(entries, 'change')} under way)`,
  );
};

/** Whether what operators did gets to Postgres. */
export const lookAtAudit = async ({ redis, keys }: AuditStore): Promise<readonly Finding[]> => {
  const [length, oldest, [seconds]] = await Promise.all([
    redis.xlen(keys.audit),
    redis.xrange(keys.audit, '-', '+', 'COUNT', 1),
    redis.time(),
  ]);
  const since = Number(oldest[0]?.[0].split('-')[0]);
  const waitedMs = Number(seconds) * 1_000 - since;
  if (!(waitedMs > lateMs)) return [ok(`${counted(length, 'record')} under way to Postgres`)];
  return [
    warn(`${counted(length, 'record')} not moved to Postgres, the oldest for ${ago(waitedMs)}`, {
      advice: 'A scheduler moves them: is one running? Redis drops the oldest beyond 200 000.',
      see: runbook('DroverSchedulerSilent'),
    }),
  ];
};
