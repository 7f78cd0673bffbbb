import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { knownSeries } from './known-metrics.ts';
import { readQuery } from './promql.ts';

const deploy = resolve(import.meta.dirname, '../../deploy');
const read = (path: string) => readFileSync(`${deploy}/${path}`, 'utf8');

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
}

const { panels } = JSON.parse(read('grafana/dashboards/drover.json')) as { panels: Panel[] };
const { groups } = parse(read('prometheus/rules.yml')) as {
  groups: { rules: { record?: string }[] }[];
};
const recorded = groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
const series = await knownSeries();

/** Alerts are a series of Prometheus's own. */
const isOfPrometheus = (metric: string) => metric === 'ALERTS' || recorded.includes(metric);

test('the dashboard asks the four questions, in their order', () => {
  const rows = panels.filter(({ type }) => type === 'row').map(({ title }) => title);
  expect(rows).toEqual([
    'Is it healthy?',
    'What is slow?',
    'What is failing?',
    'What will run out?',
  ]);
});

const shown = panels.filter(({ type }) => type !== 'row');

test.each(shown.map((panel) => [panel.title, panel] as const))(
  '"%s" asks for what the code exports, and says what it shows',
  (_title, { description, targets = [] }) => {
    expect(description).toBeTruthy();
    expect(targets.length).toBeGreaterThan(0);
    for (const { expr } of targets) {
      const { fault, selectors } = readQuery(expr.replaceAll('$__rate_interval', '1m'));
      expect(fault, expr).toBeUndefined();
      for (const { metric, labels } of selectors) {
        if (isOfPrometheus(metric)) continue;
        expect(series.has(metric), metric).toBe(true);
        for (const label of labels) expect(series.get(metric), expr).toContain(label);
      }
    }
  },
);

test('panels have ids of their own and do not lie upon one another', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});

test('Grafana finds its data and its dashboard where they are', () => {
  const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yml'));
  expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090' }]);
  const { providers } = parse(read('grafana/provisioning/dashboards/drover.yml'));
  expect(providers).toMatchObject([{ options: { path: '/etc/grafana/dashboards' } }]);
});
