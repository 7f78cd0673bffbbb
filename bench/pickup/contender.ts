/** A submission that was acknowledged; instants as `process.hrtime.bigint()`. */
export interface Submission {
  readonly id: string;
  readonly sentAt: bigint;
  readonly acknowledgedAt: bigint;
}

/** A way to have a job done. */
export interface Contender {
  /** Submits one job; resolves when it is acknowledged, and the connection is free again. */
  submit(): Promise<Submission>;
}

/** Drover, and BullMQ alone. */
export type Contenders = Readonly<Record<'drover' | 'bare', Contender>>;

/** What the jobs echo. */
export const value = { greeting: 'hello', number: 42 };
