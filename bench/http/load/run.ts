/** Requests that are all alike, but for their path. */
export interface Requests {
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  /** Taken in turn. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Each request has an `Idempotency-Key` of its own. Default: none has one. */
  readonly freshKeys?: boolean;
  /** The one status that is no failure. */
  readonly status: number;
}

/** Load to make: each connection sends its next request when it has the answer to the last one. */
export interface Run {
  readonly requests: Requests;
  readonly connections: number;
  /** No request is sent after that much time, or when there were that many: whichever comes first. */
  readonly until: { readonly ms?: number; readonly count?: number };
}

/** What came of it; every answer had the right status. */
export interface Outcome {
  readonly answers: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** From the request to the whole answer. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Processor time that making the load took. */
  readonly cpuSeconds: number;
  /** One of the answers. */
  readonly sample: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}
