import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { echo, submitWorkflow } from './workflow-fixtures.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api[Symbol.asyncDispose]());

const sleep = (ms: unknown) => ({ type: 'demo.sleep', payload: { ms } });

/** What must be refused, with the pointer and what is said there. */
const refused: Record<string, [body: unknown, pointer: string, message: string | RegExp]> = {
  'a body of no form': [{}, '', 'expected one of "steps", "chain" and "group"'],
  'a body of two forms': [
    { chain: [echo(1)], steps: { a: echo(1) } },
    '',
    'expected one of "steps", "chain" and "group"',
  ],
  'a list': [[], '', 'expected one of "steps", "chain" and "group"'],
  'no steps': [{ steps: {} }, '/steps', 'expected a step at least'],
  'an empty chain': [{ chain: [] }, '/chain', /expected array to have >=1 items/],
  'an unknown field': [{ steps: { a: echo(1) }, nope: 1 }, '/nope', 'unknown field'],
  'an unknown field of a step': [
    { steps: { a: { ...echo(1), need: [] } } },
    '/steps/a/need',
    'unknown field',
  ],
  'a cycle': [
    {
      steps: {
        a: echo(1, { needs: ['c'] }),
        b: echo(1, { needs: ['a'] }),
        c: echo(1, { needs: ['b'] }),
      },
    },
    '/steps/a/needs',
    'the steps form a cycle: a -> b -> c -> a',
  ],
  'a step that needs itself': [
    { steps: { ok: echo(1), a: echo(1, { needs: ['a'] }) } },
    '/steps/a/needs',
    'the steps form a cycle: a -> a',
  ],
  'a cycle through a result': [
    { steps: { a: echo({ $result: 'b' }), b: echo(1, { needs: ['a'] }) } },
    '/steps/a/needs',
    'the steps form a cycle: a -> b -> a',
  ],
  'an unknown need': [
    { steps: { resize: echo(1), b: echo(1, { needs: ['resise'] }) } },
    '/steps/b/needs/0',
    'there is no step "resise". Did you mean "resize"?',
  ],
  'a result of an unknown step': [
    { steps: { a: echo({ x: [{ $result: 'nobody/x' }] }) } },
    '/steps/a/payload/value/x/0',
    /^there is no step "nobody"\./,
  ],
  'a result of a step that no step can be': [
    { steps: { a: echo({ $result: 'x'.repeat(65) }) } },
    '/steps/a/payload/value',
    /^expected the name of a step/,
  ],
  'a result that its type cannot have': [
    { steps: { a: sleep(1), b: echo({ $result: 'a/slept/deeper' }) } },
    '/steps/b/payload/value',
    /^a result of demo\.sleep has nothing at "a\/slept\/deeper"$/,
  ],
  'a result of the wrong type': [
    {
      steps: {
        a: { type: 'email.send', payload: { to: 'a@b.de', subject: 's', text: 't' } },
        b: sleep({ $result: 'a/messageId' }),
      },
    },
    '/steps/b/payload/ms',
    'expected number, but "a/messageId" is string',
  ],
  'a malformed reference': [
    { steps: { a: echo(1), b: echo({ $result: 'a/~2' }) } },
    '/steps/b/payload/value',
    /^expected the name of a step, and a JSON Pointer/,
  ],
  'a reference beside other things': [
    { steps: { a: echo(1), b: echo({ $result: 'a', more: 1 }) } },
    '/steps/b/payload/value',
    '$result stands alone, or with a default',
  ],
  'a reference that is no text': [
    { steps: { a: echo(1), b: echo({ $result: 1 }) } },
    '/steps/b/payload/value',
    'expected $result to be a text',
  ],
  'an error where nothing failed': [
    { steps: { a: echo({ $error: 'message' }) } },
    '/steps/a/payload/value',
    '$error stands in onFailure steps only',
  ],
  'a part that no error has': [
    { steps: { a: echo(1, { onFailure: 'b' }), b: echo({ $error: 'stack' }) } },
    '/steps/b/payload/value',
    'an error has step, job, status, code, message',
  ],
  'duplicate names of a chain': [
    { chain: [echo(1, { name: 'step-2' }), echo(2)] },
    '/chain/1/name',
    'the step /chain/0 is named "step-2", too',
  ],
  'duplicate names of steps': [
    '{"steps": {"a": {"type": "demo.echo", "payload": {"value": 1}}, "a": {"type": "demo.echo", "payload": {"value": 2}}}}',
    '/steps/a',
    'this name stands twice',
  ],
  'a name that is none': [
    { steps: { 'a b': echo(1) } },
    '/steps/a b',
    /^Invalid key|expected a letter/,
  ],
  '1 001 steps': [
    { steps: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`s${n}`, echo(n)])) },
    '/steps',
    'expected 1000 steps at most',
  ],
  '1 001 steps of a chain': [
    { chain: Array.from({ length: 1_001 }, (_, n) => echo(n)) },
    '/chain',
    /<=1000 items/,
  ],
  '1 001 steps of a group and its last': [
    // biome-ignore lint/suspicious/noThenProperty: the contract has it
    { group: Array.from({ length: 1_000 }, (_, n) => echo(n)), then: echo(1) },
    '/group',
    'expected 1000 steps at most',
  ],
  'a payload that does not fit its type': [
    { steps: { a: echo(1), b: { ...sleep('x'), needs: ['a'] } } },
    '/steps/b/payload/ms',
    /expected number/,
  ],
  'an unknown field beside a reference': [
    {
      steps: {
        a: echo(1),
        b: { type: 'demo.sleep', payload: { ms: { $result: 'a/value' }, sec: 1 } },
      },
    },
    '/steps/b/payload/sec',
    'unknown field',
  ],
  'dedupe of a step': [
    { steps: { a: echo(1, { options: { dedupe: { key: 'x' } } }) } },
    '/steps/a/options/dedupe',
    /^a step takes no dedupe/,
  ],
  'options that contradict each other': [
    { chain: [echo(1, { options: { delay: '2m', expiresIn: '1m' } })] },
    '/chain/0/options/expiresIn',
    'the job would expire before it may run',
  ],
  'an onFailure step that is not there': [
    { steps: { a: echo(1, { onFailure: 'tidy' }) } },
    '/steps/a/onFailure',
    /^there is no step "tidy"\./,
  ],
  'a common onFailure step that is not there': [
    { steps: { a: echo(1) }, onFailure: 'tidy' },
    '/onFailure',
    /^there is no step "tidy"\./,
  ],
  'an onFailure step that needs another': [
    { steps: { a: echo(1, { onFailure: 'b' }), b: echo(1, { needs: ['a'] }) } },
    '/steps/b/needs',
    'an onFailure step runs when others fail: it needs none',
  ],
  'a step that needs an onFailure step': [
    { steps: { a: echo(1, { onFailure: 'b' }), b: echo(1), c: echo(1, { needs: ['b'] }) } },
    '/steps/c/needs',
    '"b" runs only when others fail: no step can need it',
  ],
  'a failure that is both allowed and dealt with': [
    { steps: { a: echo(1, { onFailure: 'b', allowFailure: true }), b: echo(1) } },
    '/steps/a/onFailure',
    'a step that may fail has no onFailure step: give one of the two',
  ],
  'results without a default in an onFailure step': [
    { steps: { a: echo(1, { onFailure: 'b' }), b: echo({ $result: 'a' }) } },
    '/steps/b/payload/value',
    'an onFailure step takes results only with a default: they may be missing',
  ],
  'nothing but onFailure steps': [
    { steps: { a: echo(1) }, onFailure: 'a' },
    '',
    'every step is an onFailure step: none would run',
  ],
};

describe('refused at the submit, each with where and why', () => {
  test.each(Object.entries(refused))('%s', async (_name, [body, pointer, message]) => {
    const { status, body: problem } = await submitWorkflow(api, body);
    expect(problem.errors).toContainEqual({
      pointer,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    expect(status).toBe(422);
    expect(await api.countJobs()).toBe(0);
  });
});

test('an unknown job type is named, with the nearest one', async () => {
  const body = { steps: { a: echo(1), b: { type: 'demo.ecco', payload: {} } } };
  const { status, body: problem } = await submitWorkflow(api, body);
  expect(status).toBe(422);
  expect(problem).toMatchObject({
    type: '/problems/unknown-job-type',
    errors: [{ pointer: '/steps/b/type' }],
  });
  expect(problem.detail).toContain('Did you mean "demo.echo"?');
});

test('names of steps may be those of every object', async () => {
  const body = { steps: { constructor: echo(1), toString: echo(1, { needs: ['constructor'] }) } };
  const { status, body: workflow } = await submitWorkflow(api, body);
  expect(status).toBe(202);
  expect(Object.keys(workflow.steps)).toEqual(['constructor', 'toString']);
});

test('two internal names are no jobs of a client', async () => {
  const { body: workflow } = await submitWorkflow(api, { chain: [echo(1)] });
  const settle = workflow.steps['step-1'].job.replace('demo.', 'settle.');
  for (const id of [workflow.id, settle]) {
    const read = await api.ask(`/jobs/${id}`);
    expect(read.status).toBe(404);
    const cancel = await api.ask(`/jobs/${id}`, { method: 'DELETE' });
    expect(cancel.status).toBe(404);
  }
});
