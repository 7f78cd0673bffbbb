import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addJobs } from '@drover/jobs/adding/add-jobs';
import type { SubmissionOptions } from '@drover/jobs/contract/submission';
import { attemptsOf } from '@drover/jobs/record/attempts';
import { type AttemptFailure, decodeFailure } from '@drover/jobs/record/failure';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { freePort } from '../../../scripts/stack/ports.ts';
import { testEnvironment } from '../../../tests/servers/configuration.ts';
import { jobTypes } from './hostile/jobs.ts';

const root = resolve(import.meta.dirname, '../../..');
const lookMs = 20;

/** A worker process of the hostile job types. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Resolves when it has written that to its log. */
  says(text: string): Promise<void>;
  output(): string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Real worker processes on one Redis prefix, and the jobs that they run. */
export interface WorkerProcesses extends AsyncDisposable {
  readonly queues: QueueSet;
  /** Starts one more and waits until it takes jobs. */
  start(): Promise<WorkerProcess>;
  /** @returns the job's id. */
  submit(type: string, payload?: unknown, options?: SubmissionOptions): Promise<string>;
  read(id: string): Promise<StoredJob>;
  /** The job as soon as it is there: `active`, `completed`, `failed` and so on. */
  until(id: string, ...places: StoredJob['place'][]): Promise<StoredJob>;
  /** The job when it has finished, with its attempts and its latest failure. */
  end(id: string): Promise<{
    place: string;
    result: unknown;
    made: number;
    failure: AttemptFailure | undefined;
  }>;
}

const isOver = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

const spawnWorker = (env: Record<string, string>): WorkerProcess => {
  const child = spawn(process.execPath, ['packages/worker/tests/hostile/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const news = new EventEmitter();
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
    news.emit('output');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  void ended.then(() => news.emit('output'));
  const says = async (text: string) => {
    while (!output.includes(text)) {
      if (isOver(child)) throw new Error(`the worker ended before it said "${text}":\n${output}`);
      await once(news, 'output');
    }
  };
  return { child, says, output: () => output, ended };
};

export const workerProcesses = async (
  overrides: Record<string, string> = {},
): Promise<WorkerProcesses> => {
  const env = testEnvironment({ LOG_LEVEL: 'info', LOG_FORMAT: 'json', ...overrides });
  const log = silentLog();
  const redis = createRedis({ url: env.REDIS_URL, purpose: 'worker', name: 'test', log });
  const queues = createQueueSet({ redis, keys: createKeys(env.KEY_PREFIX), log });
  const running: WorkerProcess[] = [];

  const read = async (id: string): Promise<StoredJob> => {
    const job = await queues.read(parseJobId(id) as JobAddress);
    if (!job) throw new Error(`there is no job ${id}`);
    return job;
  };

  const until: WorkerProcesses['until'] = async (id, ...places) => {
    for (;;) {
      const job = await read(id);
      if (places.includes(job.place)) return job;
      await sleep(lookMs);
    }
  };

  return {
    queues,
    start: async () => {
      const worker = spawnWorker({ ...env, WORKER_PORT: String(await freePort()) });
      running.push(worker);
      await worker.says('"ready"');
      return worker;
    },
    submit: async (name, payload = {}, options = undefined) => {
      const type = jobTypes.find((it) => it.type === name);
      if (!type) throw new Error(`there is no job type ${name}`);
      const submission = { type, payload, options, tenant: 'test' };
      const job = toQueuedJob(submission, { partitions: 1 });
      const [added] = await addJobs(queues, [{ job }]);
      if (added?.outcome !== 'added') throw new Error(`${name} was not added`);
      return added.id;
    },
    read,
    until,
    end: async (id) => {
      const job = await until(id, 'completed', 'failed');
      return {
        place: job.place,
        result: job.returnvalue,
        made: attemptsOf(job).made,
        failure: decodeFailure(job.latestTrace),
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const { child } of running) if (!isOver(child)) child.kill('SIGKILL');
      await Promise.all(running.map(({ ended }) => ended));
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
      await rm(env.DATA_DIR, { recursive: true, force: true });
    },
  };
};
