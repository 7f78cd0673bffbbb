import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { buildWorkflow, type Client, createClient, failure, orElse } from '../src/index.ts';
import { type CommandLine, commandLine } from './running-cli.ts';

let system: RunningSystem;
let client: Client;
beforeAll(async () => {
  system = await startSystem({ roles: ['api', 'worker'] });
  client = createClient({ url: system.url, key: 'dev' });
});
afterAll(() => system[Symbol.asyncDispose]());

describe('the client', () => {
  test('submits what was built, waits for it and reads the results of its steps', async () => {
    const flow = buildWorkflow({ tags: ['built'] });
    const first = flow.step('first', 'demo.sleep', { ms: 10 });
    const second = flow.step('second', 'demo.sleep', { ms: first.result.sleptMs });
    const flaky = flow.step(
      'flaky',
      'demo.fail',
      { failures: 9, permanent: true },
      { allowFailure: true },
    );
    const last = flow.step('last', 'demo.echo', {
      value: [second.result, orElse(flaky.result.attempts, 'none')],
    });
    const submitted = await client.workflows.submit(flow);
    expect(submitted).toMatchObject({ status: 'running', replayed: false, tags: ['built'] });
    const ended = await client.workflows.wait(submitted);
    expect(ended.status).toBe('succeeded');
    expect(last.resultIn(ended)).toEqual({ value: [{ sleptMs: 10 }, 'none'] });
    expect(second.resultIn(ended)?.sleptMs).toBe(10);
    expect(flaky.resultIn(ended)).toBeUndefined();
    expect((await client.workflows.list({ limit: 1 })).items).toMatchObject([{ id: ended.id }]);
  });

  test('follows a workflow that fails, and what is done about it', async () => {
    const flow = buildWorkflow();
    flow.step('bad', 'demo.fail', { failures: 9, permanent: true, message: 'no luck' });
    flow.onFailure(flow.step('sorry', 'demo.echo', { value: failure.message }));
    const submitted = await client.workflows.submit(flow);
    const told: string[] = [];
    for await (const event of client.workflows.follow(submitted)) {
      if (event.event === 'step') told.push(`${event.data.step} ${event.data.status}`);
    }
    expect(told).toContain('bad failed');
    expect(told).toContain('sorry succeeded');
    const { steps } = await client.workflows.get(submitted);
    expect(steps['sorry']?.result).toEqual({ value: 'no luck' });
  });

  test('cancels a workflow, and says what is wrong with one', async () => {
    const flow = buildWorkflow();
    flow.step('later', 'demo.echo', { value: 1 }, { options: { delay: '1h' } });
    const submitted = await client.workflows.submit(flow);
    await client.workflows.cancel(submitted);
    expect((await client.workflows.wait(submitted)).status).toBe('canceled');
    await expect(client.workflows.cancel(submitted)).rejects.toMatchObject({
      code: 'workflow-finished',
    });
    await expect(client.workflows.submit({ steps: {} })).rejects.toMatchObject({
      code: 'invalid-submission',
    });
  });
});

describe('the command line', () => {
  let cli: CommandLine;
  beforeEach(async () => {
    cli = await commandLine(system.url);
    return () => cli[Symbol.asyncDispose]();
  });

  const chain = JSON.stringify({
    chain: [
      { name: 'one', type: 'demo.echo', payload: { value: 1 } },
      { name: 'two', type: 'demo.echo', payload: { value: { $result: 'one/value' } } },
    ],
  });

  test('submits a workflow, waits and shows its steps', async () => {
    const { code, stdout } = await cli.run(['workflow', 'submit', chain, '--wait']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^workflow\.0\.\w{26} succeeded\n/);
    expect(stdout).toMatch(/^two +demo\.echo +succeeded .* one +demo\.0\./m);
  });

  test('prints the id alone; the rest goes on from there', async () => {
    const submitted = await cli.run(['workflow', 'submit', '-'], { input: chain });
    const id = submitted.stdout.trim();
    expect(id).toMatch(/^workflow\.0\.\w{26}$/);
    const watched = await cli.run(['workflow', 'watch', id]);
    expect(watched.code).toBe(0);
    expect(watched.stdout).toMatch(/workflow succeeded\n$/);
    const drawn = await cli.run(['workflow', 'show', id, '--mermaid']);
    expect(drawn.stdout).toMatch(/^flowchart TD\n/);
    const listed = await cli.run(['workflow', 'ls', '--status', 'succeeded', '--json']);
    expect(JSON.parse(listed.stdout).items).toContainEqual(expect.objectContaining({ id }));
    const canceled = await cli.run(['workflow', 'cancel', id]);
    expect(canceled).toMatchObject({ code: 1, stderr: expect.stringContaining('succeeded') });
  });

  test('a workflow that fails is exit status 1, and names the step', async () => {
    const failing = JSON.stringify({
      chain: [{ name: 'bad', type: 'demo.fail', payload: { failures: 1, permanent: true } }],
    });
    const { code, stdout } = await cli.run(['workflow', 'submit', failing, '--watch']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/workflow failed: step bad: /);
  });
});
