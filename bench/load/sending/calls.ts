import { randomUUID } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { type Answer, bodyOf } from '../../http/load/exchange.ts';

/** What clients do: `wait` submits and waits for the end, up to {@link waitSeconds}. */
export const calls = ['submit', 'read', 'wait', 'list'] as const;
export type Call = (typeof calls)[number];

/** How often each is made, in relation to the others. */
export type Mix = Readonly<Record<Call, number>>;

export const waitSeconds = 10;

/** Jobs that reads choose from: the latest ones. */
const remembered = 1_000;

/** What a request came to. A refusal says when to come back: 429, or 503 with `Retry-After`. */
export type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused' | 'failed'; readonly reason: string };

/** The code of a problem document, the last part of its type. */
export const problemCode = (answer: Answer): string | undefined => {
  try {
    const { type } = JSON.parse(bodyOf(answer)) as { type?: unknown };
    return typeof type === 'string' ? type.split('/').at(-1) : undefined;
  } catch {
    return undefined;
  }
};

const right: Readonly<Record<Call, readonly number[]>> = {
  submit: [200, 202],
  read: [200],
  wait: [200, 202],
  list: [200],
};

export const judgeAnswer = (call: Call, answer: Answer): Outcome => {
  const { status, headers } = answer;
  if (right[call].includes(status)) return { kind: 'ok' };
  const mayReturn = headers['retry-after'] !== undefined;
  const reason = [status, problemCode(answer)].filter((it) => it !== undefined).join(' ');
  if (status === 429) return { kind: 'refused', reason };
  if (status === 503 && mayReturn) return { kind: 'refused', reason };
  return { kind: 'failed', reason: status === 503 ? `${reason} without Retry-After` : reason };
};

/** Chooses calls by the mix. @param random from 0 to below 1. */
export const chooser = (mix: Mix): ((random: number) => Call) => {
  const total = calls.reduce((sum, call) => sum + mix[call], 0);
  return (random) => {
    let left = random * total;
    for (const call of calls) {
      left -= mix[call];
      if (left < 0) return call;
    }
    return 'submit';
  };
};

/** Makes the requests of clients that share a key. */
export interface Requests {
  next(): { call: Call; request: Dispatcher.DispatchOptions };
  /** Jobs that were accepted can be read. */
  accepted(answer: Answer): void;
}

export const createRequests = (options: {
  readonly mix: Mix;
  readonly key: string;
  /** Body of each submission. */
  readonly job: string;
  /** Path before that of every call, such as `/drover`; empty for most. */
  readonly prefix: string;
  /** A job to read before any other is there. */
  readonly firstId: string;
}): Requests => {
  const { mix, key, job, prefix, firstId } = options;
  const choose = chooser(mix);
  const ids = [firstId];
  let accepted = 0;
  const read = { authorization: `Bearer ${key}` };
  const submit = { ...read, 'content-type': 'application/json' };
  const wait = { ...submit, prefer: `wait=${waitSeconds}` };

  const submission = (headers: Readonly<Record<string, string>>) => ({
    path: `${prefix}/jobs`,
    method: 'POST' as const,
    headers: { ...headers, 'idempotency-key': randomUUID() },
    body: job,
  });
  const reading = (path: string) => ({
    path: prefix + path,
    method: 'GET' as const,
    headers: read,
    body: null,
  });
  const make: Record<Call, () => Dispatcher.DispatchOptions> = {
    submit: () => submission(submit),
    wait: () => submission(wait),
    read: () => reading(`/jobs/${ids[Math.floor(Math.random() * ids.length)]}`),
    list: () => reading('/jobs?limit=20'),
  };
  return {
    next: () => {
      const call = choose(Math.random());
      return { call, request: make[call]() };
    },
    accepted: ({ headers }) => {
      const id = headers['location']?.split('/').at(-1);
      if (id === undefined) return;
      ids[accepted % remembered] = id;
      accepted += 1;
    },
  };
};
