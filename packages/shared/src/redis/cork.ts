import type { Redis } from 'ioredis';

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
export const sendNow = (redis: Redis): void => (redis.stream as Corkable).uncork();
