/** Longest wait that a timer keeps, in milliseconds: 24.8 days. Beyond it a timer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });

/** A signal that aborts with another one, or when its time is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Sets the time anew, to `ms` from now; Infinity takes the limit away. */
  extend(ms: number): void;
  /** Forgets the timer and the other signal. Without it, a signal that outlives many requests would keep them all. */
  clear(): void;
}

/**
 * Not `AbortSignal.any` with `AbortSignal.timeout`: their time cannot be extended, and what hangs on a
 * long-lived signal is not let go by every platform.
 * @param reason makes what the signal aborts with when the time is over.
 */
export const startDeadline = (
  ms: number,
  outer: AbortSignal | undefined,
  reason: () => unknown,
): Deadline => {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const extend = (after: number) => {
    clearTimeout(timer);
    if (!Number.isFinite(after)) return;
    timer = setTimeout(() => controller.abort(reason()), Math.min(after, maxTimerMs));
  };
  extend(ms);
  outer?.addEventListener('abort', follow, { once: true });
  if (outer?.aborted) follow();
  return {
    signal: controller.signal,
    extend,
    clear: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
};
