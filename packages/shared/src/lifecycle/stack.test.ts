import { expect, test } from 'vitest';
import { silentLog } from '../log.ts';
import { deadlineIn } from './deadline.ts';
import { type Component, createStack } from './stack.ts';
import { together } from './together.ts';

const recorded =
  (events: string[]) =>
  (name: string, faults: Partial<Component> = {}) => ({
    name,
    start: async () => void events.push(`start ${name}`),
    stop: async () => void events.push(`stop ${name}`),
    ...faults,
  });

const stackOf = (...components: Component[]) => createStack(components, silentLog());

test('starts in order and stops in reverse', async () => {
  const events: string[] = [];
  const component = recorded(events);
  const stack = stackOf(component('redis'), component('queues'), component('http'));
  await stack.start();
  expect(await stack.stop(deadlineIn(1_000))).toEqual([]);
  expect(events).toEqual([
    'start redis',
    'start queues',
    'start http',
    'stop http',
    'stop queues',
    'stop redis',
  ]);
});

test('starting and stopping twice does nothing twice', async () => {
  const events: string[] = [];
  const stack = stackOf(recorded(events)('redis'));
  await Promise.all([stack.start(), stack.start()]);
  await Promise.all([stack.stop(deadlineIn(1_000)), stack.stop(deadlineIn(1_000))]);
  expect(events).toEqual(['start redis', 'stop redis']);
});

test('a component that does not start brings down those before it, and its error comes out', async () => {
  const events: string[] = [];
  const component = recorded(events);
  const broken = component('http', { start: () => Promise.reject(new Error('port taken')) });
  await expect(stackOf(component('redis'), broken, component('late')).start()).rejects.toThrow(
    'port taken',
  );
  expect(events).toEqual(['start redis', 'stop http', 'stop redis']);
});

test('a component that fails to stop, or never does, keeps no other from stopping', async () => {
  const events: string[] = [];
  const component = recorded(events);
  const stack = stackOf(
    component('redis'),
    component('stuck', { stop: () => new Promise(() => undefined) }),
    component('broken', { stop: () => Promise.reject(new Error('no')) }),
  );
  await stack.start();
  expect(await stack.stop(deadlineIn(50))).toEqual(['broken', 'stuck']);
  expect(events.at(-1)).toBe('stop redis');
});

test('a stop that is hurried comes to its end sooner, also of components together', async () => {
  const hurried = Promise.withResolvers<void>();
  const slow = {
    name: 'slow',
    start: async () => undefined,
    stop: () => hurried.promise,
    hurry: () => hurried.resolve(),
  };
  const stack = stackOf(together('workers', [slow, recorded([])('quick')]));
  await stack.start();
  const stopping = stack.stop(deadlineIn(10_000));
  stack.hurry();
  expect(await stopping).toEqual([]);
});

test('a stop during the start leaves nothing running', async () => {
  const events: string[] = [];
  const component = recorded(events);
  const gate = Promise.withResolvers<void>();
  const stack = stackOf(component('slow', { start: () => gate.promise }), component('never'));
  const starting = stack.start();
  const stopping = stack.stop(deadlineIn(1_000));
  gate.resolve();
  await Promise.all([starting, stopping]);
  expect(events).toEqual(['stop slow']);
});

test('components together start and stop at once; one failure is the failure of all', async () => {
  const events: string[] = [];
  const component = recorded(events);
  const pair = together('pair', [component('a'), component('b')]);
  await pair.start();
  await pair.stop(deadlineIn(1_000));
  expect(events).toEqual(['start a', 'start b', 'stop a', 'stop b']);
  const broken = together('pair', [
    component('a'),
    component('b', { start: () => Promise.reject(new Error('no')) }),
  ]);
  await expect(broken.start()).rejects.toThrow('no');
});
