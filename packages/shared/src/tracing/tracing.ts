import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import { toError } from '../errors.ts';
import { deadlineIn, within } from '../lifecycle/deadline.ts';
import type { Component } from '../lifecycle/stack.ts';
import type { Log } from '../log.ts';
import { readVersion } from '../version.ts';
import type { Tracer } from './tracer.ts';

/** How long a stop waits for the last spans to be sent, in milliseconds. */
const lastSpansMs = 2_000;

export interface Tracing {
  /** Undefined before it has started, and where no traces are sent. */
  tracer(): Tracer | undefined;
  readonly component: Component;
}

/**
 * Sends the traces of a process where it is configured to. Otherwise no tracing library is loaded, for
 * they take more memory than some processes have to spare.
 */
export const createTracing = (
  config: Pick<Config, 'tracing'>,
  { role, log }: { role: string; log: Log },
): Tracing => {
  let tracer: Tracer | undefined;
  let shutdown: (() => Promise<void>) | undefined;

  const tell = (err: Error | undefined) => {
    if (err) log.warn({ reason: err.message }, 'traces are not taken; some are lost');
    else log.info('traces are taken again');
  };

  return {
    tracer: () => tracer,
    component: {
      name: 'tracing',
      start: async () => {
        if (!config.tracing) return;
        const { openOtlp } = await import('./otlp.ts');
        const names = { role, version: readVersion(), instance: randomUUID() };
        ({ tracer, shutdown } = openOtlp(config.tracing, names, tell));
      },
      stop: async (deadline) => {
        if (!shutdown) return;
        const wait = deadlineIn(Math.min(lastSpansMs, Math.max(0, deadline.remainingMs())));
        // What nobody takes must not keep a process from ending well.
        await within(wait, 'sending the last traces', shutdown()).catch((thrown: unknown) =>
          log.debug({ reason: toError(thrown).message }, 'the last traces were not sent'),
        );
      },
    },
  };
};
