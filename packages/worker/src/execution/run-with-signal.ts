import { AttemptTimeout } from './interruption.ts';

/** Rejects with the signal's reason when it aborts; `release` forgets the signal. */
const whenAborted = (signal: AbortSignal) => {
  let release = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    release = () => signal.removeEventListener('abort', onAbort);
  });
  return { aborted, release };
};

/**
 * Runs a handler until it settles, its time is up or the worker interrupts it, whichever comes
 * first. The handler's signal aborts in the latter cases; a handler that goes on all the same can no
 * longer write into the job, and its outcome is dropped.
 * @throws AttemptTimeout, the outer signal's reason, or what the handler threw.
 */
export const runWithSignal = async <T>(
  run: (signal: AbortSignal) => Promise<T>,
  limits: { timeoutMs: number; signal: AbortSignal },
): Promise<T> => {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new AttemptTimeout(limits.timeoutMs)),
    limits.timeoutMs,
  );
  const signal = AbortSignal.any([limits.signal, timeout.signal]);
  const { aborted, release } = whenAborted(signal);
  try {
    return await Promise.race([run(signal), aborted]);
  } catch (err) {
    // A handler that obeys throws an AbortError of its own; the reason says more.
    throw signal.aborted ? signal.reason : err;
  } finally {
    clearTimeout(timer);
    release();
  }
};
