import { postponed } from '@drover/jobs/http/retry-after';
import { CodedError } from '@drover/shared/errors';
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';

/** Failures in a row after which nobody is asked any more. */
const failuresToOpen = 5;

/** How long a circuit stays open before one request probes the host: longer each time, milliseconds. */
const probing = { initialDelay: 5_000, maxDelay: 60_000 };

/** Circuits that are remembered; those used longest ago are forgotten first. */
const maxCircuits = 1_000;

/** An answer that says that the host itself is down, whatever was asked of it. */
const isDown = (status: number) => status === 502 || status === 503 || status === 504;

/** A cancellation or a shutdown says nothing of the host; that the attempt's time ran out does. */
const isOutage = (err: unknown) =>
  err instanceof CodedError
    ? err.code === 'timeout'
    : !(err instanceof Error && err.name === 'AbortError');

/** Whom a circuit belongs to: what one tenant asks of a host must not cut off the others. */
export interface CircuitOwner {
  tenant: string;
  /** Scheme, host and port. */
  origin: string;
  /** The job's key, see {@link postponed}. */
  key: string | undefined;
}

export interface Circuits {
  /**
   * Does something with a host unless the host has failed five times in a row lately, so that a dead
   * one does not hold up every job at once. Each pause ends with one probe; others are postponed
   * until it has succeeded.
   * @throws the error of `postponed` while the host is left alone, and whatever `ask` throws.
   */
  ask<T extends { status: number }>(owner: CircuitOwner, ask: () => Promise<T>): Promise<T>;
}

/** The circuits of this process. Other processes have their own, and find out for themselves. */
export const createCircuits = (
  pauses: { initialDelay: number; maxDelay: number } = probing,
): Circuits => {
  const byOwner = new Map<string, CircuitBreakerPolicy>();

  const create = () => {
    // A probe that ended without an answer has not shown that the host is well: the library would
    // take it for a success.
    const isProbe = () => circuit.state === CircuitState.HalfOpen;
    const circuit: CircuitBreakerPolicy = circuitBreaker(
      handleWhen((err) => isOutage(err) || isProbe()).orWhenResult((answer) =>
        isDown((answer as { status: number }).status),
      ),
      {
        halfOpenAfter: new ExponentialBackoff(pauses),
        breaker: new ConsecutiveBreaker(failuresToOpen),
      },
    );
    return circuit;
  };

  const circuitOf = ({ tenant, origin }: CircuitOwner): CircuitBreakerPolicy => {
    const name = `${tenant} ${origin}`;
    const circuit = byOwner.get(name) ?? create();
    // A map keeps the order of insertion: the first is the one used longest ago.
    byOwner.delete(name);
    byOwner.set(name, circuit);
    const [oldest] = byOwner.keys();
    if (byOwner.size > maxCircuits && oldest !== undefined) byOwner.delete(oldest);
    return circuit;
  };

  return {
    ask: async (owner, ask) => {
      const circuit = circuitOf(owner);
      const leaveAlone = () =>
        postponed(owner.key, pauses.initialDelay, `${owner.origin} has failed too often lately`);
      // The library would let others wait for the probe, as long as that takes.
      if (circuit.state === CircuitState.HalfOpen) throw leaveAlone();
      try {
        return await circuit.execute(ask);
      } catch (err) {
        throw isBrokenCircuitError(err) ? leaveAlone() : err;
      }
    },
  };
};
