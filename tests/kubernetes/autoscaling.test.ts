import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { knownSeries } from '../metrics/known-metrics.ts';
import { readQuery } from '../metrics/promql.ts';
import { buildOf, root } from './build.ts';
import { production, workloadNamed } from './manifests.ts';

interface Trigger {
  type: string;
  name: string;
  metricType?: string;
  metadata: Record<string, string>;
}

interface ScaledObject {
  scaleTargetRef: { name: string };
  minReplicaCount: number;
  triggers: Trigger[];
}

interface Autoscaler {
  scaleTargetRef: { name: string };
  minReplicas: number;
  metrics: { type: string; pods?: { metric: { name: string } } }[];
}

const specOf = <Spec>(kind: string, folder = 'overlays/production'): Spec => {
  const found = buildOf(folder).manifests.filter((it) => it.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]?.['spec'] as Spec;
};

const workers = specOf<ScaledObject>('ScaledObject');
const api = specOf<Autoscaler>('HorizontalPodAutoscaler');
const adapter = parse(
  readFileSync(join(root, 'components/requests-per-second/adapter-values.yaml'), 'utf8'),
) as { rules: { custom: { seriesQuery: string; name: { as: string }; metricsQuery: string }[] } };
const series = await knownSeries();

const expectKnown = (query: string) => {
  const { fault, selectors } = readQuery(query);
  expect(fault, query).toBeUndefined();
  expect(selectors.length).toBeGreaterThan(0);
  for (const { metric, labels } of selectors) {
    const known = series.get(metric) ?? [];
    for (const label of labels) expect([...known, 'namespace', 'pod'], metric).toContain(label);
  }
};

test.each(workers.triggers.map((it) => [it.name, it.metadata['query'] ?? ''] as const))(
  'workers are scaled by %s, of what the code exports',
  (_, query) => expectKnown(query),
);

test('figures that are missing are no reason to stop workers', () => {
  for (const { metadata } of workers.triggers) expect(metadata['ignoreNullValues']).toBe('false');
  // A fallback needs a trigger of this kind.
  expect(workers.triggers.map((it) => it.metricType)).toContain('AverageValue');
});

test('the API is scaled by its processor and its requests, which the adapter counts', () => {
  expect(api.metrics.map(({ type }) => type)).toEqual(['Resource', 'Pods']);
  const [rule] = adapter.rules.custom;
  expect(api.metrics[1]?.pods?.metric.name).toBe(rule?.name.as);
  expectKnown(rule?.seriesQuery ?? '');
  // Probes come whatever the load is.
  const counted = rule?.metricsQuery
    .replace('<<.GroupBy>>', 'pod')
    .replace('<<.Series>>{<<.LabelMatchers>>,', 'drover_http_requests_total{');
  expectKnown(counted ?? '');
  expect(counted).toContain('route!~"/(live|ready|health|metrics)"');
});

test('who is scaled has no number of its own, and never none', () => {
  for (const { scaleTargetRef } of [workers, api]) {
    expect(workloadNamed(scaleTargetRef.name).spec.replicas).toBeUndefined();
  }
  expect(Math.min(workers.minReplicaCount, api.minReplicas)).toBeGreaterThanOrEqual(2);
  expect(workloadNamed('scheduler').spec.replicas).toBe(2);
});

test('the example adds workers by the clock, and takes none away', () => {
  const { triggers } = specOf<ScaledObject>('ScaledObject', 'overlays/scheduled-scale-up');
  expect(triggers.slice(0, workers.triggers.length)).toEqual(workers.triggers);
  const clocks = triggers.slice(workers.triggers.length);
  expect(clocks.map(({ type }) => type)).toEqual(['cron', 'cron']);
  for (const { metadata } of clocks) {
    expect(Number(metadata['desiredReplicas'])).toBeGreaterThan(workers.minReplicaCount);
  }
});

test('without KEDA there are two workers', () => {
  expect(production.manifests.length).toBeGreaterThan(buildOf('base').manifests.length);
  const [worker] = buildOf('base').manifests.filter(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'worker',
  );
  expect(worker?.['spec']).toMatchObject({ replicas: 2 });
});
