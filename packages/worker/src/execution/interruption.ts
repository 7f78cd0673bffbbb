import { CodedError } from '@drover/shared/errors';

/** The worker is stopping and the grace is over: the job goes back to its queue, unharmed. */
export class ShuttingDown extends CodedError {
  constructor() {
    super('shutting-down', 'the worker is shutting down');
    this.name = 'ShuttingDown';
  }
}

/** The lock could not be renewed: another worker may run the job by now, so this run must not settle it. */
export class LockLost extends CodedError {
  constructor() {
    super('lock-lost', 'this worker no longer holds the job');
    this.name = 'LockLost';
  }
}

/** The attempt ran longer than its type allows; it counts as a failure and may be retried. */
export class AttemptTimeout extends CodedError {
  constructor(timeoutMs: number) {
    super('timeout', `did not finish within ${timeoutMs} ms`);
    this.name = 'AttemptTimeout';
  }
}

/** The job's client wants it no more; it ends here, whatever attempts are left. */
export class Canceled extends CodedError {
  /** Whether an attempt was under way. */
  readonly hadBegun: boolean;

  constructor({ hadBegun }: { hadBegun: boolean }) {
    super('canceled', 'the job was canceled');
    this.name = 'Canceled';
    this.hadBegun = hadBegun;
  }
}

/** The job had to start by a certain time, which has passed. */
export class Expired extends CodedError {
  constructor() {
    super('expired', 'the job had not started by the time that it expired');
    this.name = 'Expired';
  }
}

/** The job may not begin in this process yet: it waits for a moment, and no attempt is counted. */
export class NotYet extends CodedError {
  readonly delayMs: number;

  constructor(why: string, delayMs: number) {
    super('not-yet', why);
    this.name = 'NotYet';
    this.delayMs = delayMs;
  }
}

/**
 * Something that the handler left behind failed with nobody to catch it: a promise that it did not
 * await, a callback, an emitter without a listener for errors. It counts as a failure.
 */
export class UncaughtError extends CodedError {
  constructor(message: string, cause: unknown) {
    super('uncaught-error', message, { cause });
    this.name = 'UncaughtError';
  }
}

/** Whether an attempt must end, and why. */
export interface Interruption {
  /** For the handler; it aborts with the reason. */
  readonly signal: AbortSignal;
  /** Undefined while the attempt may go on. */
  reason(): CodedError | undefined;
  /** Ends the attempt. The first reason counts. */
  interrupt(reason: CodedError): void;
  /** Has the one who runs the handler called when the attempt must end, at once if it already must. */
  onInterrupt(listener: (reason: CodedError) => void): void;
  /** @throws the reason, when there is one. */
  throwIfInterrupted(): void;
}

/**
 * No getters, nor anything that few handlers use: this is made for each job.
 * @param asHandler does something as if the handler had: what its listeners throw is its fault.
 */
export const createInterruption = (asHandler: (act: () => void) => void): Interruption => {
  const controller = new AbortController();
  const { signal } = controller;
  let listener: ((reason: CodedError) => void) | undefined;

  return {
    signal,
    reason: () => signal.reason,
    interrupt: (reason) => {
      if (signal.aborted) return;
      asHandler(() => controller.abort(reason));
      listener?.(reason);
    },
    onInterrupt: (called) => {
      listener = called;
      if (signal.aborted) called(signal.reason);
    },
    throwIfInterrupted: () => signal.throwIfAborted(),
  };
};
