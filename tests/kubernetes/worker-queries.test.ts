import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../scripts/stack/commands.ts';
import { findPromtool } from '../../scripts/stack/promtool.ts';
import { production } from './manifests.ts';

const [scaled] = production.manifests.filter(({ kind }) => kind === 'ScaledObject');
if (!scaled) throw new Error('there is no ScaledObject');
const { triggers } = scaled['spec'] as { triggers: { metadata: { query: string } }[] };

interface Series {
  series: string;
  values: string;
}

const figure = (metric: string, labels: string, value: number): Series => ({
  series: `drover_${metric}{namespace="drover",${labels}}`,
  values: `${value}x5`,
});

/** Two schedulers that say the same, two workers, a paused queue, and a queue of Drover's own. */
const busy = [
  ...['a', 'b'].flatMap((pod) => [
    figure('queue_jobs', `pod="${pod}",queue="media",state="queued"`, 50),
    figure('queue_jobs', `pod="${pod}",queue="media",state="running"`, 4),
    figure('queue_jobs', `pod="${pod}",queue="webhooks",state="queued"`, 100),
    figure('queue_jobs', `pod="${pod}",queue="data",state="queued"`, 9_000),
    figure('queue_jobs', `pod="${pod}",queue="settle",state="queued"`, 900),
    figure('queue_oldest_seconds', `pod="${pod}",queue="media"`, 120),
    figure('queue_oldest_seconds', `pod="${pod}",queue="data"`, 9_000),
    figure('queue_paused', `pod="${pod}",queue="media"`, 0),
    figure('queue_paused', `pod="${pod}",queue="webhooks"`, 0),
    figure('queue_paused', `pod="${pod}",queue="data"`, 1),
  ]),
  ...['v', 'w'].flatMap((pod) => [
    figure('worker_concurrency', `pod="${pod}",queue="media"`, 2),
    figure('worker_concurrency', `pod="${pod}",queue="webhooks"`, 100),
    figure('worker_concurrency', `pod="${pod}",queue="data"`, 2),
  ]),
];

const isAbout = (metric: string) => (it: Series) => it.series.startsWith(`drover_${metric}{`);
const allPaused = busy.map((it) => (isAbout('queue_paused')(it) ? { ...it, values: '1x5' } : it));
const withoutWorkers = busy.filter((it) => !isAbout('worker_concurrency')(it));

/** What depth and age come to; none: no answer, which KEDA takes as a failure. */
const cases: [string, Series[], number[]][] = [
  ['of the fullest queue that is not paused, (50 + 4) / 2 rounds and 120 s', busy, [27, 120]],
  ['with every queue paused, nothing', allPaused, [0, 0]],
  ['without workers, the age alone', withoutWorkers, [0, 120]],
  ['without schedulers, no answer', [], []],
];

const promtool = await findPromtool();

describe.skipIf(!promtool)('what KEDA is told', () => {
  test.each(cases)(
    '%s',
    async (name, series, expected) => {
      const folder = mkdtempSync(join(tmpdir(), 'drover-queries-'));
      try {
        const file = join(folder, 'queries.test.yml');
        const asked = triggers.map(({ metadata }, i) => ({
          expr: metadata.query,
          eval_time: '2m',
          exp_samples: expected.slice(i, i + 1).map((value) => ({ labels: '{}', value })),
        }));
        const tests = [{ name, interval: '1m', input_series: series, promql_expr_test: asked }];
        writeFileSync(file, JSON.stringify({ rule_files: [], evaluation_interval: '1m', tests }));
        const outcome = await run(promtool ?? '', ['test', 'rules', file], { cwd: folder });
        expect(outcome).toMatchObject({ code: 0 });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    60_000,
  );
});
