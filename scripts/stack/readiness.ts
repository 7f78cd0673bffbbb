import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const firstPollMs = 50;
const maxPollMs = 1_000;
const answerMs = 2_000;
const shownCharacters = 200;

/** What a GET was answered; undefined when there was no answer in time. */
export const ask = (url: string): Promise<{ status: number; body: string } | undefined> =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: answerMs }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.once('error', () => resolve(undefined));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });

export interface ReadinessOptions {
  /** Ends the waiting: the promise then resolves although nothing is ready. */
  readonly signal: AbortSignal;
  /** Hears why it is not ready yet, at each attempt. */
  readonly onNotReady?: (reason: string) => void;
}

/** Waits until `url` answers 200. Asks more and more rarely: each refusal is a line in a log. */
export const untilReady = async (
  url: string,
  { signal, onNotReady = () => undefined }: ReadinessOptions,
): Promise<void> => {
  let pollMs = firstPollMs;
  while (!signal.aborted) {
    const answer = await ask(url);
    if (answer?.status === 200) return;
    onNotReady(
      answer ? `answers ${answer.status} ${answer.body.slice(0, shownCharacters)}` : 'is silent',
    );
    if (answer) pollMs = Math.min(pollMs * 2, maxPollMs);
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
};
