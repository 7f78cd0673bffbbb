import type { StepResource } from '@drover/jobs/contract/workflow';
import { expect, test } from 'vitest';
import { drawWorkflow } from './mermaid.ts';

const step = (more: Partial<StepResource> = {}): StepResource => ({
  type: 'demo.echo',
  status: 'succeeded',
  needs: [],
  allowFailure: false,
  onFailure: null,
  job: 'demo.0.x',
  result: null,
  resultOmitted: false,
  error: null,
  startedAt: null,
  finishedAt: null,
  links: { job: '/jobs/demo.0.x' },
  ...more,
});

test('each step is a node of the class of its status, each need an arrow', () => {
  const drawing = drawWorkflow({
    resize: step({ onFailure: 'tidy' }),
    notify: step({ status: 'running', needs: ['resize'] }),
    tidy: step({ status: 'blocked' }),
  });
  expect(drawing.split('\n').slice(0, 6)).toEqual([
    'flowchart TD',
    '  s0["resize<br/>demo.echo"]:::succeeded',
    '  s1["notify<br/>demo.echo"]:::running',
    '  s2["tidy<br/>demo.echo"]:::blocked',
    '  s0 -. fails .-> s2',
    '  s0 --> s1',
  ]);
});

test('a name cannot break out of its label', () => {
  const drawing = drawWorkflow({ 'end"]; click s0 "javascript:alert(1)"\n%%': step() });
  expect(drawing).not.toContain('javascript:');
  expect(drawing).not.toMatch(/click s0 "/);
  expect(drawing.split('\n')[1]).toMatch(/^ {2}s0\["[^"<>]*<br\/>demo\.echo"\]:::succeeded$/);
});

test('a graph with more arrows than anybody could read is drawn in part', () => {
  const first = Array.from({ length: 100 }, (_, n) => [`a${n}`, step()] as const);
  const needs = first.map(([name]) => name);
  const second = Array.from({ length: 100 }, (_, n) => [`b${n}`, step({ needs })] as const);
  const drawing = drawWorkflow(Object.fromEntries([...first, ...second]));
  expect(drawing).toContain('8000 more arrows are not drawn');
  expect(drawing.match(/-->/g)).toHaveLength(2_000);
});
