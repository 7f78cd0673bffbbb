/** The processes that Drover consists of. */
export const roles = ['api', 'worker', 'scheduler'] as const;
export type Role = (typeof roles)[number];

/** A measure, as `/metrics` exports it and the reference describes it. */
export interface MetricDefinition<Label extends string = string> {
  /** With its unit: `_seconds`, `_bytes`; a counter ends in `_total`. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** One sentence. */
  readonly help: string;
  /** Each takes few values, whatever clients send: job types and routes, never ids or tenants. */
  readonly labels: readonly Label[];
  /** Upper bounds, of a histogram. */
  readonly buckets?: readonly number[];
  /** Who exports it. */
  readonly by: readonly Role[];
  /**
   * Whether it tells of the whole system and not of the process: then all that export it tell the same,
   * and what is wanted is their `max`, not their `sum`.
   */
  readonly global?: boolean;
}

export const defineMetric = <const Label extends string>(
  definition: MetricDefinition<Label>,
): MetricDefinition<Label> => definition;

/** From what a click takes to what a person gives up at; in seconds. */
export const requestBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10,
] as const;

/** From a handler that does nothing to one that takes all night; in seconds. */
export const jobBuckets = [
  0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 14_400,
] as const;
