import type { WorkerStatus } from '@drover/jobs/contract/operations';
import { listLostWorkers, listWorkers, workerTtlMs } from '@drover/jobs/operations/worker-record';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { skewFinding } from './clock.ts';
import { counted, type Finding, ok, problemsOr, runbook, someOf, warn } from './findings.ts';

interface Place {
  readonly redis: RedisClient;
  readonly keys: Keys;
}

const processesOf = (workers: readonly WorkerStatus[]): string =>
  someOf(workers.map(({ host, pid }) => `${host}:${pid}`));

/** Timers that are later than this mean that something holds up the process; milliseconds. */
const blockedMs = 500;

/** Whether workers are there, and how they are. */
export const lookAtWorkers = async (place: Place): Promise<readonly Finding[]> => {
  const workers = await listWorkers(place);
  const running = workers.filter(({ state }) => state === 'running');
  if (running.length === 0) {
    const stopping = workers.length === 0 ? '' : ` (${workers.length} are stopping)`;
    const advice = 'Start one: without a worker no job runs.';
    return [warn(`there is no worker${stopping}`, { advice, see: runbook('DroverNoWorkers') })];
  }
  const blocked = running.filter(({ eventLoopDelayMs }) => eventLoopDelayMs > blockedMs);
  const see = runbook('DroverEventLoopBlocked');
  return problemsOr(
    blocked.map((worker) =>
      warn(`${processesOf([worker])} is held up for ${Math.round(worker.eventLoopDelayMs)} ms`, {
        advice: 'Isolate the job types that compute for long, or give it a processor of its own.',
        see,
      }),
    ),
    `${counted(running.length, 'worker')} on ${counted(hostsOf(running).length, 'host')}`,
  );
};

export const hostsOf = (workers: readonly WorkerStatus[]): readonly string[] => [
  ...new Set(workers.map(({ host }) => host)),
];

/** Whether workers have died. */
export const lookAtLostWorkers = async (place: Place): Promise<readonly Finding[]> => {
  const lost = await listLostWorkers(place);
  if (lost.length === 0) return [ok('none in the last hour')];
  const names = someOf(lost.map(({ id }) => id));
  const advice =
    'Were they killed, out of memory, or cut off? Their jobs have been taken by others.';
  return [
    warn(`${counted(lost.length, 'worker')} in the last hour: ${names}`, {
      advice,
      see: runbook('DroverWorkerLost'),
    }),
  ];
};

/** Whether all run the same version, and it is this one. */
export const lookAtVersions = async (
  place: Place,
  version: string,
): Promise<readonly Finding[]> => {
  const byVersion = Map.groupBy(await listWorkers(place), (worker) => worker.version);
  const others = [...byVersion].filter(([theirs]) => theirs !== version);
  return problemsOr(
    others.map(([theirs, workers]) =>
      warn(`${processesOf(workers)} run version ${theirs}; the doctor is ${version}`, {
        advice: 'Finish the roll-out, or run the doctor of that version.',
      }),
    ),
    `all workers run version ${version}`,
  );
};

/**
 * Whether the workers' clocks are those of Redis. A record lives for {@link workerTtlMs} from when it was
 * written, by the clock of Redis, and names that moment by the worker's.
 */
export const lookAtWorkerClocks = async (place: Place): Promise<readonly Finding[]> => {
  const workers = await listWorkers(place);
  const findings = await Promise.all(
    workers.map(async ({ id, host, pid, lastHeartbeatAt }): Promise<Finding[]> => {
      const reply = await place.redis.multi().pttl(place.keys.worker(id)).time().exec();
      const [leftMs, [seconds, micros]] = (reply ?? []).map(([, value]) => value) as [
        number,
        [string, string],
      ];
      // It has just ended.
      if (leftMs < 0) return [];
      const writtenAt = Number(seconds) * 1_000 + Number(micros) / 1_000 - workerTtlMs + leftMs;
      return [skewFinding(`${host}:${pid}`, Date.parse(lastHeartbeatAt) - writtenAt)];
    }),
  );
  const wrong = findings.flat().filter(({ status }) => status !== 'ok');
  return problemsOr(wrong, "the workers' clocks are right by that of Redis");
};
