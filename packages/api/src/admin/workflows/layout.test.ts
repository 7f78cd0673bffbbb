import type { StepResource } from '@drover/jobs/contract/workflow';
import { expect, test } from 'vitest';
import { boxSize, layOut } from './layout.ts';

const step = (needs: string[] = [], onFailure: string | null = null): StepResource => ({
  type: 'demo.echo',
  status: 'queued',
  needs,
  allowFailure: false,
  onFailure,
  job: 'demo.0.0123456789abcdefghjkmnpqrs',
  result: null,
  resultOmitted: false,
  error: null,
  startedAt: null,
  finishedAt: null,
  links: { job: '' },
});

const chain = (length: number) =>
  Object.fromEntries(
    Array.from({ length }, (_, n) => [`s${n}`, step(n === 0 ? [] : [`s${n - 1}`])]),
  );

test('steps stand side by side, each after those that it needs', () => {
  const drawing = layOut({
    a: step(),
    b: step(['a']),
    c: step(['a']),
    d: step(['b', 'c'], 'e'),
    e: step(),
  });
  const [a, b, c, d, e] = drawing?.boxes ?? [];
  expect(a && b && a.x + boxSize.width < b.x).toBe(true);
  expect(b?.x).toBe(c?.x);
  expect(b && c && Math.abs(b.y - c.y) >= boxSize.height).toBe(true);
  expect(c && d && c.x < d.x).toBe(true);
  expect(d && e && d.x < e.x).toBe(true);
  expect(drawing?.arrows.map(({ kind }) => kind)).toEqual([
    'needs',
    'needs',
    'needs',
    'needs',
    'fails',
  ]);
});

test('a long chain goes from top to bottom', () => {
  const drawing = layOut(chain(12));
  expect(drawing && drawing.width < drawing.height).toBe(true);
});

test('what nobody could read is not drawn', () => {
  expect(layOut(chain(201))).toBeUndefined();
  const crowd = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [
      `s${n}`,
      step(Array.from({ length: n }, (_, k) => `s${k}`)),
    ]),
  );
  expect(layOut(crowd)).toBeUndefined();
});
