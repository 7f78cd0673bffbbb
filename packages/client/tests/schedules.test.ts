import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { type Client, createClient } from '../src/index.ts';
import { type CommandLine, commandLine } from './running-cli.ts';

let system: RunningSystem;
let client: Client;
let cli: CommandLine;
beforeAll(async () => {
  system = await startSystem();
  client = createClient({ url: system.url, key: 'dev' });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  for await (const { id, declared } of client.schedules.list()) {
    if (!declared) await client.schedules.delete(id);
  }
  cli = await commandLine(system.url);
  return () => cli[Symbol.asyncDispose]();
});

const job = { type: 'demo.echo', payload: { value: 'tick' } };

describe('the client', () => {
  test('makes a schedule whose slots run, and shows how each ended', async () => {
    const made = await client.schedules.put('ticks', { every: '1s', ...job });
    expect(made).toMatchObject({ every: 1_000, description: 'Every second', runs: [] });
    const succeeded = async () => {
      const { runs } = await client.schedules.get('ticks');
      return runs.filter((run) => run.job?.status === 'succeeded').length;
    };
    await expect.poll(succeeded, { timeout: 15_000 }).toBeGreaterThan(1);
    const { runs } = await client.schedules.get('ticks');
    expect(new Set(runs.map(({ slot }) => slot)).size).toBe(runs.length);
    const [done] = runs.filter((run) => run.job?.finishedAt !== null);
    expect(await client.get(done?.job?.id ?? '')).toMatchObject({ result: { value: 'tick' } });
  });

  test('replaces, disables, enables, triggers and deletes', async () => {
    await client.schedules.put('one', { cron: '0 5 * * *', ...job });
    const replaced = await client.schedules.put('one', { cron: '0 6 * * *', ...job });
    expect(replaced.cron).toBe('0 6 * * *');
    expect((await client.schedules.disable('one')).next).toEqual([]);
    expect((await client.schedules.enable('one')).next).toHaveLength(5);
    const triggered = await client.schedules.trigger('one');
    expect(await client.wait(triggered.id)).toMatchObject({ status: 'succeeded' });
    await client.schedules.delete('one');
    await expect(client.schedules.get('one')).rejects.toMatchObject({
      code: 'schedule-not-found',
      status: 404,
    });
  });

  test('says what is wrong with one', async () => {
    const wrong = client.schedules.put('one', { cron: '0 0 31 2 *', ...job });
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid-submission',
      errors: [{ pointer: '/cron', message: expect.stringContaining('no such day') }],
    });
  });
});

describe('drover schedules', () => {
  test('put, ls, show, disable, enable, trigger and rm', async () => {
    const put = await cli.run([
      'schedules',
      'put',
      'report',
      'demo.echo',
      '{"value":1}',
      '--cron',
      '30 7 * * 1-5',
      '--timezone',
      'Europe/Berlin',
      '--overlap',
      'skip',
      '--tag',
      'daily',
    ]);
    expect(put).toMatchObject({ code: 0, stderr: '' });
    expect(put.stdout).toContain('At 07:30, Monday through Friday (Europe/Berlin): 30 7 * * 1-5');

    const list = await cli.run(['schedules', 'ls']);
    expect(list.stdout).toMatch(/report +demo\.echo +on +20\d\d-.+Z +- +At 07:30/);
    expect(list.stdout).toContain('purge-sessions');
    expect((await cli.run(['schedules', 'disable', 'report'])).stdout).toBe('disabled\n');
    expect((await cli.run(['schedules', 'ls'])).stdout).toMatch(/report +demo\.echo +off +-/);
    expect((await cli.run(['schedules', 'enable', 'report'])).stdout).toMatch(/^enabled; next 20/);

    const id = (await cli.run(['schedules', 'trigger', 'report'])).stdout.trim();
    expect(await client.wait(id)).toMatchObject({ status: 'succeeded', tags: ['daily'] });
    const show = await cli.run(['schedules', 'show', 'report', '--json']);
    expect(JSON.parse(show.stdout)).toMatchObject({ id: 'report', options: { tags: ['daily'] } });
    expect((await cli.run(['schedules', 'show', 'report'])).stdout).toContain(id);
    expect((await cli.run(['schedules', 'rm', 'report'])).stdout).toBe('deleted report\n');
    expect(await cli.run(['schedules', 'show', 'report'])).toMatchObject({ code: 1 });
  });

  test('an interval, and what is wrong', async () => {
    const every = ['schedules', 'put', 'ticks', 'demo.echo', '{"value":1}', '--every'];
    expect((await cli.run([...every, '1h', '--disabled'])).stdout).toContain('Every hour');
    const short = await cli.run([...every, '1ms']);
    expect(short.code).toBe(1);
    expect(short.stderr).toContain('1s at least');
    expect(await cli.run(['schedules', 'put', 'x', 'demo.echo'])).toMatchObject({ code: 2 });
    const declared = await cli.run(['schedules', 'rm', 'purge-sessions']);
    expect(declared).toMatchObject({ code: 1 });
    expect(declared.stderr).toContain('stands in the code');
  });
});
