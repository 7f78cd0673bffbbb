import type { Redis } from 'ioredis';
import { primariesOf, type RedisClient } from './client.ts';

/** A socket that can hold writes back. */
type Corkable = { write(...args: never[]): boolean; cork(): void; uncork(): void };

const holdBack = (stream: Corkable): void => {
  const write = stream.write.bind(stream);
  let isHeld = false;
  const release = () => {
    isHeld = false;
    stream.uncork();
  };
  stream.write = (...args) => {
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      setImmediate(release);
    }
    return write(...args);
  };
};

/**
 * Sends all commands of one turn of the event loop in one packet: many requests then share one system
 * call, which is what a command costs most. Nothing waits longer than the turn lasts.
 */
export const corkWrites = (redis: Redis): void => {
  redis.on('connect', () => holdBack(redis.stream as Corkable));
};

/** Sends at once what is held back: for one who has gathered many commands into one already. */
export const sendNow = (redis: RedisClient): void => {
  // A node of a cluster that nothing was sent to has no stream yet.
  for (const { stream } of primariesOf(redis)) (stream as Corkable | undefined)?.uncork();
};
