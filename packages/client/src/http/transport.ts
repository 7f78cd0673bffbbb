import { DroverError } from '../error.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { answeredError, invalidAnswer, networkError, timedOut } from './failures.ts';
import { type RetryPolicy, type RetryRule, retrying } from './retrying.ts';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the client's URL, without a slash in front. */
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  retry: RetryRule;
  /**
   * A server that has answered this client before and is away is tried until it is back or the signal
   * aborts, however often that is; default false.
   */
  patient?: boolean | undefined;
  /** How long the server was asked to hold its answer, in milliseconds: so much longer may it take. */
  holdMs?: number | undefined;
  /** Whether an answer with an error status is an answer all the same. */
  accepts?: (response: Response) => boolean;
  signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** An answer whose body is still to come. */
export interface Connection {
  response: Response;
  /** Ends the connection; has no limit of time yet. Whoever takes the connection must clear it. */
  deadline: Deadline;
}

/** How the client talks to the server. All failures are a DroverError or the signal's reason. */
export interface Transport {
  /** The whole answer, which must be JSON. */
  request<T>(request: ApiRequest): Promise<Answer<T>>;
  /** The answer as soon as its head is there. */
  open(request: ApiRequest): Promise<Connection>;
  readonly retryPolicy: RetryPolicy;
  /** Scheme, host and port of the server, for messages. */
  readonly origin: string;
}

export interface TransportOptions {
  /** With a slash at its end. */
  base: URL;
  headers: Record<string, string>;
  fetch: typeof fetch;
  timeoutMs: number;
  retryPolicy: RetryPolicy;
}

export const createTransport = (options: TransportOptions): Transport => {
  // A plain variable: browsers refuse to call `fetch` as a method of something else.
  const { base, timeoutMs, retryPolicy, fetch } = options;

  let hasAnswered = false;

  const initOf = ({ method, headers, body }: ApiRequest): RequestInit => ({
    method,
    headers: new Headers({
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
      ...headers,
    }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

  /** One try. `read` gets the good answer; the deadline is cleared unless it has taken it over. */
  const exchange = async <T>(
    request: ApiRequest,
    init: RequestInit,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> => {
    const limitMs = timeoutMs + (request.holdMs ?? 0);
    const late = () => timedOut(base.origin, limitMs);
    const deadline = startDeadline(limitMs, request.signal, late);
    try {
      const { signal } = deadline;
      const response = await fetch(new URL(request.path, base), { ...init, signal });
      hasAnswered = true;
      if (!response.ok && !request.accepts?.(response)) {
        throw await answeredError(base.origin, response);
      }
      return await read(response, deadline);
    } catch (err) {
      deadline.clear();
      if (deadline.signal.aborted) throw deadline.signal.reason;
      throw err instanceof DroverError ? err : networkError(base.origin, err);
    }
  };

  const send = <T>(
    request: ApiRequest,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> => {
    const init = initOf(request);
    const { retry: rule, patient, signal } = request;
    return retrying(() => exchange(request, init, read), {
      rule,
      policy: retryPolicy,
      isPatient: () => patient === true && hasAnswered,
      ...(signal && { signal }),
    });
  };

  return {
    retryPolicy,
    origin: base.origin,

    request: <T>(request: ApiRequest) =>
      send(request, async (response, deadline): Promise<Answer<T>> => {
        const { status, headers } = response;
        const text = await response.text();
        deadline.clear();
        try {
          return { status, headers, body: JSON.parse(text) };
        } catch (err) {
          throw invalidAnswer(base.origin, response, err);
        }
      }),

    open: (request) =>
      send(request, async (response, deadline) => {
        deadline.extend(Number.POSITIVE_INFINITY);
        return { response, deadline };
      }),
  };
};

/**
 * A value as one segment of a path.
 * @throws TypeError for what no path can carry: nothing, `.` and `..`.
 */
export const segment = (value: string): string => {
  if (value === '' || value === '.' || value === '..') {
    throw new TypeError(`"${value}" is no id or name.`);
  }
  return encodeURIComponent(value);
};
