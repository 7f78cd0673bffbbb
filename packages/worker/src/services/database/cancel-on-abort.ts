import { withClient } from '@drover/shared/database/client';

/** A statement that an abort did not stop is canceled again after this long: the first may have come too early. */
const cancelAgainMs = 500;

/** Which backend is meant, and how to reach its server. */
export interface Backend {
  readonly pid: number;
  readonly url: string;
  /** Names the process to Postgres. */
  readonly name: string;
}

/** Makes Postgres stop what the backend does, over another connection, as the protocol has it. */
const cancelBackend = ({ pid, url, name }: Backend): Promise<void> =>
  withClient({ url, name }, async (client) => {
    await client.query('select pg_cancel_backend($1)', [pid]);
  });

/**
 * Stops the statements of a backend on the server from when the signal aborts.
 * @returns ends that.
 */
export const cancelOnAbort = (backend: Backend, signal: AbortSignal): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    // Where it cannot be reached, it sees that the connection is gone.
    cancelBackend(backend).catch(() => undefined);
    timer = setTimeout(cancel, cancelAgainMs);
  };
  signal.addEventListener('abort', cancel, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  };
};
