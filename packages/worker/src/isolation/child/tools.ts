import type { JobLog, SubmittedJob } from '@drover/jobs/definition/context';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import { jobArtifacts } from '../../execution/artifacts.ts';
import { asText } from '../../execution/as-text.ts';
import type { JobTools } from '../../execution/context.ts';
import { plainFields } from '../../execution/job-log.ts';
import { toReport } from '../../execution/progress.ts';
import type { FromChild, IsolatedJob, ToChild } from '../messages.ts';
import { reviveThrown } from './revive-thrown.ts';

/** Progress is told this often at most, in milliseconds; the worker writes it no more often. */
const tellEveryMs = 100;

export type Send = (message: FromChild) => void;

/** Tools that ask the worker for what only it can do. */
export interface ChildTools extends JobTools {
  /** What became of a submission. */
  answer(message: Extract<ToChild, { kind: 'submitted' | 'refused' }>): void;
  /** Tells what was held back. */
  flush(): void;
}

const createProgress = (run: number, send: Send) => {
  let latest: ReturnType<typeof toReport>;
  let toldAt = 0;
  const tell = () => {
    if (!latest) return;
    toldAt = performance.now();
    send({ kind: 'progress', run, ...latest });
    latest = undefined;
  };
  return {
    tell,
    report: (fraction: number, note?: string) => {
      latest = toReport(fraction, note) ?? latest;
      if (performance.now() - toldAt >= tellEveryMs) tell();
    },
  };
};

const createLog = (run: number, send: Send): JobLog => {
  const write =
    (level: keyof JobLog) =>
    (message: string, fields?: Record<string, unknown>): void =>
      send({
        kind: 'log',
        run,
        level,
        message: asText(message),
        ...(fields && { fields: plainFields(fields) }),
      });
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
};

export const createChildTools = (
  run: number,
  { id }: IsolatedJob,
  signal: AbortSignal,
  { store, send }: { store: ArtifactStore; send: Send },
): ChildTools => {
  const progress = createProgress(run, send);
  const calls: PromiseWithResolvers<SubmittedJob>[] = [];
  return {
    signal,
    progress: progress.report,
    log: createLog(run, send),
    artifacts: jobArtifacts(store, id, { throwIfInterrupted: () => signal.throwIfAborted() }),
    submit: async (job, { name } = {}) => {
      signal.throwIfAborted();
      const answer = Promise.withResolvers<SubmittedJob>();
      const call = calls.push(answer) - 1;
      send({ kind: 'submit', run, call, job, ...(name !== undefined && { name }) });
      return answer.promise;
    },
    answer: (message) => {
      if (message.kind === 'submitted') calls[message.call]?.resolve(message.job);
      else calls[message.call]?.reject(reviveThrown(message.thrown));
    },
    flush: progress.tell,
  };
};
