import { silentLog } from '../../packages/shared/src/log.ts';
import { createMetrics } from '../../packages/shared/src/metrics/metrics.ts';
import { metricsByArea } from '../../scripts/docs/metrics.ts';
import { readSamples } from './samples.ts';

/** What the names of a histogram's series end in. */
const histogramSuffixes = ['_bucket', '_sum', '_count'];

/** Labels that every series has: Drover's own, and those of Prometheus. */
const everywhere = ['role', 'job', 'instance'];

/** Series by name, each with the labels that it may be asked by. */
export type KnownSeries = ReadonlyMap<string, readonly string[]>;

/** What Node tells of itself in every process. */
const ofNode = async (): Promise<[string, string[]][]> => {
  const samples = readSamples(await createMetrics({ role: 'api', log: silentLog() }).text());
  return samples.map(({ name, labels }) => [name, Object.keys(labels)]);
};

/** Everything that a rule or a dashboard can ask for, as the code of now exports it. */
export const knownSeries = async (): Promise<KnownSeries> => {
  const own = Object.values(metricsByArea)
    .flat()
    .flatMap(({ name, kind, labels }): [string, string[]][] =>
      kind === 'histogram'
        ? histogramSuffixes.map((suffix) => [name + suffix, [...labels, 'le']])
        : [[name, [...labels]]],
    );
  const all: [string, string[]][] = [...own, ...(await ofNode()), ['up', []]];
  return new Map(all.map(([name, labels]) => [name, [...labels, ...everywhere]]));
};
