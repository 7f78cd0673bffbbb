import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack } from '@drover/shared/lifecycle/stack';
import { silentLog } from '@drover/shared/log';
import { freePort } from '../../../scripts/stack/ports.ts';
import { composeWorker } from '../../worker/src/app.ts';
import type { RunningApi } from './running-api.ts';

/** The worker process's components, inside the test, on the jobs of that API. */
export const startWorkerOf = async (api: RunningApi): Promise<AsyncDisposable> => {
  const { config } = api;
  const log = silentLog();
  const ports = { ...config.ports, worker: await freePort() };
  const stack = createStack(composeWorker({ ...config, ports }, log), log);
  await stack.start();
  return {
    [Symbol.asyncDispose]: async () => {
      const late = await stack.stop(deadlineIn(5_000));
      if (late.length > 0) throw new Error(`${late.join(', ')} did not stop cleanly`);
    },
  };
};
