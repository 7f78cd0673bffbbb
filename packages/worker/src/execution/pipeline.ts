import { runIsolated } from '../isolation/run-isolated.ts';
import { measured } from '../metrics/measured.ts';
import { spanned } from '../tracing/spanned.ts';
import {
  findType,
  mayBeCanceled,
  refuseCanceled,
  refuseExpired,
  refuseStranger,
  refuseUnfit,
} from './admission.ts';
import { announced } from './announcing.ts';
import type { Ending } from './ending.ts';
import { held } from './holding.ts';
import { type Layer, type Step, surround } from './layer.ts';
import { logged } from './logging.ts';
import { registered } from './registering.ts';
import { runHere } from './run-here.ts';
import { settled } from './settle.ts';
import { attributed } from './stray-errors.ts';
import { traced } from './tracing.ts';
import type { Workshop } from './workshop.ts';

/**
 * The work itself: is the job ours, expired, canceled? Find its type, parse the payload, run the
 * handler, parse the result.
 */
const perform =
  (workshop: Workshop): Step<unknown> =>
  async (attempt) => {
    refuseStranger(attempt);
    refuseExpired(attempt);
    if (mayBeCanceled(attempt)) await refuseCanceled(attempt, workshop);
    refuseUnfit(attempt);
    const type = findType(workshop.catalog, attempt.job.name);
    return type.isolation === 'process'
      ? runIsolated(attempt, type, workshop)
      : runHere(attempt, type, workshop);
  };

/** What watches attempts, where it is switched on: otherwise it costs nothing. */
const watching = ({ metrics, tracing }: Workshop): Layer<Ending>[] => [
  ...(metrics ? [measured(metrics)] : []),
  ...(tracing ? [spanned(tracing)] : []),
];

/**
 * The life of one attempt. BullMQ has claimed the job before, and stores the ending after. What is
 * listed first is outermost: it begins first and ends last.
 */
export const createPipeline = (workshop: Workshop): Step<Ending> =>
  surround<Ending>(
    [traced, ...watching(workshop), attributed, logged],
    settled(
      workshop,
      surround<unknown>(
        [registered(workshop), announced(workshop), held(workshop)],
        perform(workshop),
      ),
    ),
  );
