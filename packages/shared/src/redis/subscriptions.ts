import type { Component } from '../lifecycle/stack.ts';
import { connected, type ServerOptions } from './connections.ts';
import { createSubscriber } from './subscriber.ts';

/** Receives the messages of a channel; never throws. */
export type Listener = (message: string) => void;

/**
 * Channels that this process listens on, over a connection of its own (in a cluster, to any of the
 * nodes): Redis sends it the messages of those alone. Messages that are sent while the connection is lost
 * are lost too.
 */
export interface Subscriptions extends Component {
  /**
   * Resolves when Redis has the subscription, with what ends it.
   * @throws connection errors, within a second, when Redis does not answer.
   */
  subscribe(channel: string, listener: Listener): Promise<() => void>;
  /** Calls back whenever the connection is there again: messages may have been missed. */
  onReconnect(listener: () => void): void;
}

export const createSubscriptions = (options: ServerOptions): Subscriptions => {
  const redis = createSubscriber(options);
  const listeners = new Map<string, Set<Listener>>();
  const whenReconnected: (() => void)[] = [];
  let wasReady = false;

  redis.on('message', (channel: string, message: string) => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  });
  /** A connection that is lost meanwhile, or does not answer and is given up, is followed by another. */
  const resubscribe = async () => {
    if (listeners.size > 0) await redis.subscribe(...listeners.keys()).catch(() => undefined);
    for (const listener of whenReconnected) listener();
  };

  redis.on('ready', () => {
    if (wasReady) void resubscribe();
    wasReady = true;
  });

  const leave = (channel: string, listener: Listener) => {
    const group = listeners.get(channel);
    if (!group?.delete(listener) || group.size > 0) return;
    listeners.delete(channel);
    // Where it cannot be ended the connection is lost, and with it the subscription.
    redis.unsubscribe(channel).catch(() => undefined);
  };

  return {
    name: 'redis:subscriptions',
    subscribe: async (channel, listener) => {
      const group = listeners.get(channel) ?? new Set();
      listeners.set(channel, group.add(listener));
      try {
        await redis.subscribe(channel);
      } catch (err) {
        leave(channel, listener);
        throw err;
      }
      return () => leave(channel, listener);
    },
    onReconnect: (listener) => {
      whenReconnected.push(listener);
    },
    start: () => connected(redis),
    stop: async () => redis.disconnect(),
  };
};
