import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { exchange } from '../../http/load/exchange.ts';
import { createTally, latencyHistogram, recordMs, type Tally } from '../tally.ts';
import { createTimeline, type Timeline } from '../timeline.ts';
import { closedLoop, openLoop } from './arrivals.ts';
import { type Call, calls, judgeAnswer, type Outcome, type Requests } from './calls.ts';
import { createAwayWatch } from './server-away.ts';

/** How long an answer may take, in milliseconds: longer than any wait. */
const patienceMs = 20_000;
const connectMs = 5_000;

/** Most requests without an answer. Beyond it they are not sent, and count as failed. */
const maxUnderWay = 10_000;

/** What a client rests that does not get what it wants, where clients go on by themselves. */
const restMs = { ok: 0, refused: 1_000, failed: 100 } as const;

/** A part of a test with figures of its own. */
export interface Phase {
  readonly name: string;
  readonly tally: Tally;
  /** In milliseconds from the start of the test. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Makes load on servers and keeps what becomes of it. */
export interface Session extends AsyncDisposable {
  /** Sends at a rate, whatever becomes of it. Does not wait for the last answers. */
  open(phase: { name: string; ms: number; rateAt: (part: number) => number }): Promise<Phase>;
  /** Has so many clients send one request after the other, to the first `servers` of the servers. */
  closed(phase: { name: string; ms: number; lanes: number; servers: number }): Promise<Phase>;
  /** Resolves when nothing is without an answer; rests for `ms` before that. */
  settled(ms?: number): Promise<void>;
  /** Milliseconds since the start. */
  now(): number;
  readonly timeline: Timeline;
  readonly byCall: ReadonlyMap<Call, Tally>;
  /** How often each thing went wrong, in the servers' words or those of the connection. */
  readonly reasons: ReadonlyMap<string, number>;
  /** 99th percentile of how late requests were sent because this process was late, in milliseconds. */
  lateMs(): number;
  /** Why the test was cut short, if it was. */
  readonly signal: AbortSignal;
}

interface Failure extends Error {
  readonly code?: string;
}

const reasonOf = (thrown: unknown): string => {
  const { code, message } = thrown as Failure;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return `no answer within ${patienceMs / 1_000} s`;
  }
  return code ?? message;
};

export const startSession = (options: {
  readonly origins: readonly string[];
  /** Of the keep-alive connections to each server. */
  readonly connections: number;
  readonly requests: Requests;
  readonly stretchMs: number;
  /** Whether the latency of a call is drawn. */
  readonly isMeasured: (call: Call) => boolean;
  readonly interrupted: AbortSignal;
}): Session => {
  const { origins, connections, requests, stretchMs, isMeasured, interrupted } = options;
  const pools = origins.map(
    (origin) =>
      new Pool(origin, {
        connections,
        pipelining: 1,
        headersTimeout: patienceMs,
        bodyTimeout: patienceMs,
        connect: { timeout: connectMs },
      }),
  );
  const startedAt = performance.now();
  const stopped = new AbortController();
  const signal = AbortSignal.any([stopped.signal, interrupted]);
  const away = createAwayWatch(startedAt);
  const timeline = createTimeline(stretchMs, isMeasured);
  const byCall = new Map(calls.map((call) => [call, createTally()]));
  const reasons = new Map<string, number>();
  const late = latencyHistogram();
  const underWay = new Set<Promise<unknown>>();
  let turn = 0;

  const keep = (tally: Tally, call: Call, dueAt: number, outcome: Outcome) => {
    const latencyMs = performance.now() - dueAt;
    tally.record(call, latencyMs, outcome);
    byCall.get(call)?.record(call, latencyMs, outcome);
    timeline.record(dueAt - startedAt, call, latencyMs, outcome);
    if (outcome.kind !== 'ok') reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
  };

  const tryToSend = async (pool: Pool): Promise<{ call: Call; outcome: Outcome }> => {
    const { call, request } = requests.next();
    if (underWay.size >= maxUnderWay) {
      const reason = `not sent: ${maxUnderWay} requests are without an answer`;
      return { call, outcome: { kind: 'failed', reason } };
    }
    try {
      const answer = await exchange(pool, request);
      away.answered(performance.now());
      const outcome = judgeAnswer(call, answer);
      if (outcome.kind === 'ok' && call === 'submit') requests.accepted(answer);
      return { call, outcome };
    } catch (thrown) {
      const reason = reasonOf(thrown);
      if (away.failed(performance.now())) {
        stopped.abort(new Error(`the server went away: ${reason}`));
      }
      return { call, outcome: { kind: 'failed', reason } };
    }
  };

  const send = async (tally: Tally, dueAt: number, servers: number): Promise<Outcome> => {
    recordMs(late, performance.now() - dueAt);
    turn += 1;
    const { call, outcome } = await tryToSend(pools[turn % servers] as Pool);
    keep(tally, call, dueAt, outcome);
    return outcome;
  };

  const track = <T>(sent: Promise<T>): Promise<T> => {
    underWay.add(sent);
    void sent.finally(() => underWay.delete(sent));
    return sent;
  };

  const phase = async (name: string, drive: (tally: Tally) => Promise<void>): Promise<Phase> => {
    const tally = createTally();
    const fromMs = performance.now() - startedAt;
    await drive(tally);
    return { name, tally, fromMs, toMs: performance.now() - startedAt };
  };

  return {
    open: ({ name, ms, rateAt }) =>
      phase(name, (tally) =>
        openLoop({ ms, rateAt, signal }, (dueAt) => void track(send(tally, dueAt, pools.length))),
      ),
    closed: ({ name, ms, lanes, servers }) =>
      phase(name, (tally) =>
        closedLoop({ ms, lanes, signal }, async () => {
          const { kind } = await track(send(tally, performance.now(), servers));
          if (kind !== 'ok') await sleep(Math.min(ms, restMs[kind]));
        }),
      ),
    settled: async (ms = 0) => {
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      await Promise.all(underWay);
    },
    now: () => performance.now() - startedAt,
    timeline,
    byCall,
    reasons,
    lateMs: () => late.percentile(99) / 1_000,
    signal,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
};
