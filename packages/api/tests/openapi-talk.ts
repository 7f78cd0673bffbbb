import { afterAll, beforeAll, expect } from 'vitest';
import { type Checker, createChecker } from './openapi-checker.ts';
import { type Answer, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

export type Init = NonNullable<Parameters<RunningApi['ask']>[1]>;

/** A talk with an API in which every answer is checked against the description. */
export interface Talk {
  readonly api: RunningApi;
  readonly checker: Checker;
  /** Asks, of another API when one is given. */
  checked(method: string, path: string, init?: Init, from?: RunningApi): Promise<Answer>;
  /** Posts a text, or a value as JSON. */
  send(path: string, body: unknown, init?: Init): Promise<Answer>;
}

/** Starts an API with a worker for the tests of the file that calls this. */
export const startTalk = (): Talk => {
  let api: RunningApi;
  let worker: AsyncDisposable;
  let checker: Checker;
  beforeAll(async () => {
    api = await startApi();
    worker = await startWorkerOf(api);
    checker = await createChecker(api);
  });
  afterAll(async () => {
    await worker[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });

  const checked: Talk['checked'] = async (method, path, init = {}, from = api) => {
    const answer = await from.ask(path, { method, ...init });
    checker.check({ method, path }, answer);
    return answer;
  };
  return {
    get api() {
      return api;
    },
    get checker() {
      return checker;
    },
    checked,
    send: (path, body, { headers, ...init } = {}) =>
      checked('POST', path, {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
        ...init,
      }),
  };
};

export const echo = { type: 'demo.echo', payload: { value: 1 } };
export const later = { ...echo, options: { delay: '1h' } };
export const failing = { type: 'demo.fail', payload: { failures: 9, permanent: true } };
export const sleeping = { type: 'demo.sleep', payload: { ms: 60_000 } };
export const waiting = { headers: { prefer: 'wait=20' } };

export const expectProblem = (answer: Answer, status: number, code: string): void =>
  expect(answer).toMatchObject({ status, body: { type: `/problems/${code}` } });
