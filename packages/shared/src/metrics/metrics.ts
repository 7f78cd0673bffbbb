import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { toError } from '../errors.ts';
import { deadlineIn, within } from '../lifecycle/deadline.ts';
import type { Log } from '../log.ts';
import { collectSuccess } from './collectors.ts';
import type { MetricDefinition, Role } from './define-metric.ts';

/** How long one collector may take, in milliseconds. Prometheus gives up after 10 s. */
const collectTimeoutMs = 3_000;

/** Something that is read when Prometheus asks. */
export interface Collector {
  /** A value of the label `collector`, for those that ask other servers and may fail. */
  readonly name: string;
  /**
   * What it sets, or adds all up to: none has a value when it begins, so that what is gone is gone, and
   * none is exported when it fails.
   */
  readonly sets: readonly (Gauge | Counter)[];
  collect(): Promise<void> | void;
}

/** What a process measures of itself. */
export interface Metrics {
  readonly role: Role;
  counter<L extends string>(definition: MetricDefinition<L>): Counter<L>;
  gauge<L extends string>(definition: MetricDefinition<L>): Gauge<L>;
  histogram<L extends string>(definition: MetricDefinition<L>): Histogram<L>;
  /** Has something read whenever Prometheus asks. */
  onScrape(collector: Collector): void;
  /** All, in the text format of Prometheus. Those who ask at once get the same. */
  text(): Promise<string>;
  readonly contentType: string;
}

const forget = ({ sets }: Collector): void => {
  for (const metric of sets) {
    metric.reset();
    // One without labels is 0 after a reset, which would be a lie.
    metric.remove({});
  }
};

/**
 * The measures of a process. What Node says of itself (`process_…`, `nodejs_…`) is looked at from the
 * first request on: a process that nobody asks pays nothing for it.
 */
export const createMetrics = ({ role, log }: { role: Role; log: Log }): Metrics => {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  const collectors: Collector[] = [];
  let success: Gauge<'collector'> | undefined;
  let hasDefaults = false;
  let writing: Promise<string> | undefined;

  const optionsOf = <L extends string>({ name, help, labels }: MetricDefinition<L>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });

  const run = async (collector: Collector): Promise<void> => {
    const { name } = collector;
    forget(collector);
    try {
      const work = Promise.resolve(collector.collect());
      await within(deadlineIn(collectTimeoutMs), `collecting ${name}`, work);
      success?.set({ collector: name }, 1);
    } catch (thrown) {
      forget(collector);
      success?.set({ collector: name }, 0);
      log.debug({ collector: name, reason: toError(thrown).message }, 'metrics were not collected');
    }
  };

  const write = async (): Promise<string> => {
    if (!hasDefaults) collectDefaultMetrics({ register: registry });
    hasDefaults = true;
    await Promise.all(collectors.map(run));
    return registry.metrics();
  };

  const gauge: Metrics['gauge'] = (definition) => new Gauge(optionsOf(definition));

  return {
    role,
    counter: (definition) => new Counter(optionsOf(definition)),
    gauge,
    histogram: (definition) =>
      new Histogram({
        ...optionsOf(definition),
        ...(definition.buckets && { buckets: [...definition.buckets] }),
      }),
    onScrape: (collector) => {
      success ??= gauge(collectSuccess);
      collectors.push(collector);
    },
    text: () => {
      writing ??= write().finally(() => {
        writing = undefined;
      });
      return writing;
    },
    contentType: registry.contentType,
  };
};
