import type { QueueStatus } from '../../../operations.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { UsageError } from '../../failure.ts';
import { printableLine } from '../../output/printable.ts';
import type { Session } from '../../session.ts';
import { type Rate, settingColumns, settingOf, settingRows } from './settings.ts';

const showSettings = ({ out, json }: Session, queue: QueueStatus): ExitCode => {
  if (json) out.document(queue);
  else out.table(settingColumns, settingRows(queue.settings));
  return exitCode.ok;
};

/** `drover queues show <queue>` */
export const showQueue = async (session: Session, name: string): Promise<ExitCode> =>
  showSettings(session, await session.client.queue(name));

/** `configured` returns to what is configured. */
export interface SetOptions {
  concurrency?: number | 'configured';
  globalConcurrency?: number | 'unlimited' | 'configured';
  rate?: Rate | 'configured';
}

/** `drover queues set <queue>` */
export const setQueue = async (
  session: Session,
  name: string,
  { concurrency, globalConcurrency, rate }: SetOptions,
): Promise<ExitCode> => {
  const patch = {
    ...(concurrency !== undefined && { concurrency: settingOf(concurrency) }),
    ...(globalConcurrency !== undefined && { globalConcurrency: settingOf(globalConcurrency) }),
    ...(rate !== undefined && { rateLimit: settingOf(rate) }),
  };
  if (Object.keys(patch).length === 0) {
    throw new UsageError('Give at least one of --concurrency, --global-concurrency and --rate.');
  }
  return showSettings(session, await session.client.updateQueue(name, patch));
};

const sayState = ({ out, json }: Session, queue: QueueStatus): ExitCode => {
  if (json) out.document(queue);
  else out.line(`${printableLine(queue.name)} is ${queue.paused ? 'paused' : 'open'}`);
  return exitCode.ok;
};

/** `drover queues pause <queue>` */
export const pauseQueue = async (session: Session, name: string): Promise<ExitCode> =>
  sayState(session, await session.client.pauseQueue(name));

/** `drover queues resume <queue>` */
export const resumeQueue = async (session: Session, name: string): Promise<ExitCode> =>
  sayState(session, await session.client.resumeQueue(name));
