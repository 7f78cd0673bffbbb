import type { TraceContext } from '@drover/shared/tracing/trace-context';
import type { SpanAttributes, Tracer } from '@drover/shared/tracing/tracer';
import type { Tracing } from '@drover/shared/tracing/tracing';
import type { Attempt } from '../execution/attempt.ts';
import type { Ending } from '../execution/ending.ts';
import type { Layer } from '../execution/layer.ts';
import { dueAtOf } from '../metrics/wait.ts';

/** After the semantic conventions for messaging, where those have a word for it. */
const attributesOf = ({ id, job, address, envelope, number }: Attempt): SpanAttributes => ({
  'messaging.system': 'drover',
  'messaging.destination.name': address.queue,
  'messaging.message.id': id,
  'drover.job.type': job.name,
  'drover.job.attempt': number,
  'drover.tenant': envelope?.tenant,
  'drover.workflow': envelope?.settle?.step?.workflow,
  'drover.workflow.step': envelope?.settle?.step?.step,
  'drover.schedule': envelope?.settle?.schedule?.schedule,
});

/** The time from when the job was due until now: for other steps and for a worker. */
const traceWait = (tracer: Tracer, attempt: Attempt, parent: TraceContext | undefined): void => {
  const dueAt = dueAtOf(attempt);
  // Without a caller's trace, a wait would be a trace by itself.
  if (dueAt === undefined || dueAt > attempt.startedAt || !parent) return;
  tracer
    .start({
      name: `wait ${attempt.address.queue}`,
      kind: 'internal',
      parent,
      startedAt: dueAt,
      attributes: { ...attributesOf(attempt), 'messaging.operation.name': 'wait' },
    })
    .end({ endedAt: attempt.startedAt });
};

const errorOf = (ending: Ending): string | undefined =>
  ending.outcome === 'failed' || ending.outcome === 'lost' ? ending.error.message : undefined;

/**
 * Makes a span of every attempt, in the trace of whoever submitted the job: what its handler submits
 * and requests is a part of it.
 */
export const spanned = (tracing: Pick<Tracing, 'tracer'>): Layer<Ending> => {
  return async (attempt, next) => {
    const tracer = tracing.tracer();
    if (!tracer) return next(attempt);
    const parent = attempt.trace;
    traceWait(tracer, attempt, parent);
    const span = tracer.start({
      name: `run ${attempt.job.name}`,
      kind: 'consumer',
      parent,
      startedAt: attempt.startedAt,
      attributes: {
        ...attributesOf(attempt),
        'messaging.operation.name': 'run',
        'messaging.operation.type': 'process',
      },
    });
    attempt.trace = span.context;
    const ending = await next(attempt);
    span.end({
      error: errorOf(ending),
      attributes: { 'drover.job.outcome': ending.outcome },
    });
    return ending;
  };
};
