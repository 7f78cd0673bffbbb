import { expect, test } from 'vitest';
import { buildWorkflow } from './builder.ts';
import { failure, orElse } from './references.ts';

test('a workflow is written as the body of its submission', () => {
  const webhook = { url: 'https://example.com/hook' };
  const flow = buildWorkflow({ expiresIn: '1h', tags: ['x'], webhook });
  const first = flow.step('first', 'demo.echo', { value: { 'a/b': { '~': 1 } } });
  const sorry = flow.step('sorry', 'demo.echo', { value: [failure.message, failure] });
  const value = first.result.value as unknown as { 'a/b': { '~': unknown } };
  flow.step(
    'second',
    'demo.echo',
    { value: [value['a/b']['~'], orElse(first.result, null)] },
    { needs: [first], allowFailure: true, options: { priority: 1 } },
  );
  flow.onFailure(sorry);
  expect(JSON.parse(JSON.stringify(flow))).toEqual({
    steps: {
      first: { type: 'demo.echo', payload: { value: { 'a/b': { '~': 1 } } } },
      sorry: {
        type: 'demo.echo',
        payload: { value: [{ $error: '/message' }, { $error: '' }] },
      },
      second: {
        type: 'demo.echo',
        payload: {
          value: [{ $result: 'first/value/a~1b/~0' }, { $result: 'first', default: null }],
        },
        needs: ['first'],
        allowFailure: true,
        options: { priority: 1 },
      },
    },
    onFailure: 'sorry',
    expiresIn: '1h',
    tags: ['x'],
    webhook,
  });
});

test('a reference is no promise', async () => {
  const flow = buildWorkflow();
  const { result } = flow.step('a', 'demo.echo', { value: 1 });
  expect(await Promise.resolve(result)).toBe(result);
});

test('a name is taken once', () => {
  const flow = buildWorkflow();
  flow.step('a', 'demo.echo', { value: 1 });
  expect(() => flow.step('a', 'demo.echo', { value: 1 })).toThrow('There is a step "a" already.');
});
