import {
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  noJitterGenerator,
} from 'cockatiel';

/** Failures in a row after which an endpoint is left alone. */
const failuresToOpen = 5;

/** How long it is left alone before one delivery probes it: longer each time, milliseconds. */
const probing = { initialDelay: 5_000, maxDelay: 300_000 };

/** Deliveries that one process has under way with an endpoint: a slow one takes no more slots than these. */
const roomOf = 10;

/** What a delivery is taken to last before any has, and the weight of the latest, for the mean. */
const assumedMs = 200;
const weight = 0.2;

/** Shortest and longest time that a delivery is put off for want of room, in milliseconds. */
const shortestMs = 50;
const longestMs = 60_000;

/** Lanes that are remembered; those used longest ago are forgotten first. */
const maxLanes = 1_000;

/** Thrown instead of a request: the endpoint is left alone now, and may be asked later. */
export class PutOff extends Error {
  readonly delayMs: number;

  constructor(delayMs: number, reason: string) {
    super(reason);
    this.name = 'PutOff';
    this.delayMs = Math.round(delayMs);
  }
}

/** The deliveries of this process to one endpoint. */
interface Lane {
  run<T extends object>(deliver: () => Promise<T>): Promise<T>;
}

/** Keeps endpoints apart, so that one which is dead or slow delays no other. */
export interface Lanes {
  /**
   * Delivers unless the endpoint has failed five times in a row lately, or has ten deliveries under way.
   * @param name of the endpoint.
   * @param deliver returns what became of a request; it throws only what says nothing of the endpoint.
   * @throws PutOff, at once.
   */
  run<T extends object>(name: string, deliver: () => Promise<T>): Promise<T>;
}

export interface LaneOptions {
  /** Whether an outcome says that the endpoint is down. */
  isOutage(outcome: unknown): boolean;
  pauses?: { initialDelay: number; maxDelay: number };
  room?: number;
}

/**
 * When those who find no room are to come back: one after another, as fast as the endpoint takes them.
 * Were they to come all at once, most would come in vain.
 */
const createQueueing = (room: number) => {
  let meanMs = assumedMs;
  let freeAt = 0;
  return {
    lasted: (ms: number) => {
      meanMs += weight * (ms - meanMs);
    },
    nextDelayMs: (): number => {
      const now = Date.now();
      freeAt = Math.max(freeAt, now) + meanMs / room;
      const delay = freeAt - now;
      // Beyond the horizon their order does not matter.
      return delay > longestMs ? longestMs * (1 + Math.random()) : Math.max(shortestMs, delay);
    },
  };
};

const createLane = ({ isOutage, pauses = probing, room: size = roomOf }: LaneOptions): Lane => {
  const breaker = circuitBreaker(handleWhenResult(isOutage), {
    halfOpenAfter: new ExponentialBackoff({ ...pauses, generator: noJitterGenerator }),
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });
  const room = bulkhead(size);
  const queueing = createQueueing(size);
  let pausesInRow = 0;
  let pauseMs = 0;
  let openUntil = 0;
  breaker.onBreak(() => {
    pausesInRow += 1;
    pauseMs = Math.min(pauses.maxDelay, pauses.initialDelay * 2 ** (pausesInRow - 1));
    openUntil = Date.now() + pauseMs;
  });
  breaker.onReset(() => {
    pausesInRow = 0;
  });

  /** Those who are put off come back spread over the time after the pause, not all with the probe. */
  const leftAlone = () =>
    new PutOff(pauseMs * (1 + Math.random()), 'the endpoint has failed too often lately');

  const timed = async <T>(deliver: () => Promise<T>): Promise<T> => {
    const startedAt = Date.now();
    try {
      return await deliver();
    } finally {
      queueing.lasted(Date.now() - startedAt);
    }
  };

  return {
    run: async (deliver) => {
      // The library would let others wait for the probe, as long as that takes.
      const isProbed = breaker.state === CircuitState.HalfOpen;
      // Those who are turned away take no room.
      if (isProbed || Date.now() < openUntil) throw leftAlone();
      try {
        return await room.execute(() => breaker.execute(() => timed(deliver)));
      } catch (err) {
        if (isBrokenCircuitError(err)) throw leftAlone();
        if (!isBulkheadRejectedError(err)) throw err;
        throw new PutOff(queueing.nextDelayMs(), 'the endpoint has as many deliveries as it may');
      }
    },
  };
};

/** The lanes of this process. Other processes have their own, and find out for themselves. */
export const createLanes = (options: LaneOptions): Lanes => {
  const byName = new Map<string, Lane>();

  const laneOf = (name: string): Lane => {
    const lane = byName.get(name) ?? createLane(options);
    // A map keeps the order of insertion: the first is the one used longest ago.
    byName.delete(name);
    byName.set(name, lane);
    const [oldest] = byName.keys();
    if (byName.size > maxLanes && oldest !== undefined) byName.delete(oldest);
    return lane;
  };

  return { run: (name, deliver) => laneOf(name).run(deliver) };
};
