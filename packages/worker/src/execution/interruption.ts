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
