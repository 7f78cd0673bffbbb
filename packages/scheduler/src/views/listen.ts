import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseClient, withClient } from '@drover/shared/database/client';
import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';

/** Waits before the next attempt to connect, in milliseconds: doubled from the first to the last. */
const firstRetryMs = 250;
const lastRetryMs = 10_000;

/** How often the connection is tried, and how long its answer may take, in milliseconds. */
const pulseMs = 15_000;
const answerMs = 5_000;

export interface ListenerOptions {
  url: string;
  /** Names the process to Postgres. */
  name: string;
  channels: readonly string[];
  /** Hears of each notification. */
  onNotify: (channel: string, payload: string) => void;
  /** Hears of each connection: what was told before it has not been heard. */
  onConnect: () => void;
  log: Log;
}

/** @throws when the connection does not answer: a network may lose one without a word. */
const feelPulse = async (client: DatabaseClient, signal: AbortSignal): Promise<never> => {
  for (;;) {
    await sleep(pulseMs, undefined, { signal });
    const late = sleep(answerMs, 'late', { signal });
    if ((await Promise.race([client.query('select 1'), late])) === 'late') {
      throw new Error('the connection does not answer');
    }
  }
};

const whenLost = (client: DatabaseClient): Promise<never> =>
  new Promise((_resolve, reject) => {
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection was closed')));
  });

/**
 * Listens on channels of NOTIFY, on a connection of its own that is opened again whenever it is lost.
 * Nothing waits for it: a process starts without Postgres, and hears of it later.
 */
export const listener = (options: ListenerOptions): Component => {
  const { channels, onNotify, onConnect, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> = Promise.resolve();
  let retryMs = firstRetryMs;

  const listenOn = async (client: DatabaseClient) => {
    client.on('notification', ({ channel, payload = '' }) => onNotify(channel, payload));
    const lost = whenLost(client);
    lost.catch(() => undefined);
    for (const channel of channels) await client.query(`listen "${channel}"`);
    log.debug({ channels }, 'listening for changes');
    retryMs = firstRetryMs;
    onConnect();
    await Promise.race([lost, feelPulse(client, signal)]);
  };

  /** Ends when the connection is lost, without waiting for a farewell that nobody may answer. */
  const session = async () => {
    const { promise: over, reject } = Promise.withResolvers<never>();
    const closing = withClient(options, (client) =>
      listenOn(client).catch((thrown: unknown) => {
        reject(thrown);
        throw thrown;
      }),
    );
    await Promise.race([closing, over]);
  };

  const run = async () => {
    while (!signal.aborted) {
      try {
        await session();
      } catch (thrown) {
        if (signal.aborted) return;
        log.warn({ reason: toError(thrown).message }, 'not listening for changes; trying again');
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(lastRetryMs, 2 * retryMs);
    }
  };

  return {
    name: 'view listener',
    start: async () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
