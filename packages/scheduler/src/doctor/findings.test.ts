import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type Examined, exitCodeOf, ok, warn } from './findings.ts';
import { toText } from './report.ts';

const root = resolve(import.meta.dirname, '../../../..');
const source = globSync('*.ts', { cwd: import.meta.dirname })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
  .join('\n');

test('every alert that is referred to has its section in the runbook', () => {
  const page = readFileSync(join(root, 'docs/guides/runbook.md'), 'utf8');
  const named = [...source.matchAll(/runbook\('(\w+)'\)/g)].map(([, alert]) => alert);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((alert) => !page.includes(`\n## ${alert}\n`))).toEqual([]);
});

test('every page that is referred to is there', () => {
  const named = [...source.matchAll(/docs\/[\w/-]+\.md/g)].map(([path]) => path);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('the worst finding decides the exit status', () => {
  const bad = warn('late', { advice: 'wait' });
  expect(exitCodeOf([ok('well')])).toBe(0);
  expect(exitCodeOf([ok('well'), bad])).toBe(1);
  expect(exitCodeOf([bad, { status: 'fail', summary: 'gone' }])).toBe(2);
});

test('a hostile text stays on its line and steers no terminal', () => {
  const hostile: Examined = { check: 'x', ...ok('a\u001b[2Jb\nfail  y\u202e \u0007') };
  const [line, ...rest] = toText([hostile]).split('\n');
  expect(line).toBe('ok    x  ab fail  y   ');
  expect(rest).toEqual(['', '1 ok, 0 warn, 0 fail', '']);
});
