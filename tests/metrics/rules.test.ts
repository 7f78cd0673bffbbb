import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../scripts/stack/commands.ts';
import { findPromtool } from '../../scripts/stack/promtool.ts';
import { knownSeries } from './known-metrics.ts';
import { readQuery } from './promql.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: { severity?: string };
  annotations?: { summary?: string; runbook?: string };
}

const { groups } = parse(read('deploy/prometheus/rules.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const series = await knownSeries();
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));

test.each(rules.map((rule) => [rule.alert ?? rule.record, rule.expr]))(
  '%s asks for what the code exports',
  (_name, expr) => {
    const { fault, selectors } = readQuery(expr);
    expect(fault).toBeUndefined();
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, labels } of selectors) {
      if (recorded.has(metric)) continue;
      expect(series.has(metric), metric).toBe(true);
      for (const label of labels) expect(series.get(metric), metric).toContain(label);
    }
  },
);

test.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))(
  '%s is tested, says what is wrong, and has its section in the runbook',
  (name, { labels, annotations }) => {
    expect(['critical', 'warning']).toContain(labels?.severity);
    expect(annotations?.summary).toBeTruthy();
    expect(annotations?.runbook).toBe(`docs/guides/runbook.md#${name.toLowerCase()}`);
    expect(read('docs/guides/runbook.md')).toContain(`\n## ${name}\n`);
    expect(read('deploy/prometheus/rules.test.yml')).toContain(`alertname="${name}"`);
  },
);

test('the runbook has no section of an alert that is gone', () => {
  const sections = [...read('docs/guides/runbook.md').matchAll(/^## (\w+)$/gm)];
  expect(sections.map(([, name]) => name).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
});

const promtool = await findPromtool();

describe.skipIf(!promtool)('promtool', () => {
  const ask = (...args: string[]) =>
    run(promtool ?? '', args, { cwd: join(root, 'deploy/prometheus') });

  test('takes the configuration and the rules', async () => {
    expect(await ask('check', 'config', 'prometheus.yml')).toMatchObject({ code: 0 });
    expect(await ask('check', 'rules', 'rules.yml')).toMatchObject({ code: 0 });
  });

  test('finds that each alert fires when it must, and only then', async () => {
    expect(await ask('test', 'rules', 'rules.test.yml')).toMatchObject({ code: 0 });
  }, 60_000);
});
