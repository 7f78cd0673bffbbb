import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { type Client, createClient } from '../src/index.ts';
import { type CommandLine, commandLine } from './running-cli.ts';

let system: RunningSystem;
let client: Client;
let cli: CommandLine;
beforeAll(async () => {
  system = await startSystem({ roles: ['api', 'worker'] });
  client = createClient({ url: system.url, key: 'dev' });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await client.deadLetters.deleteAll('all');
  cli = await commandLine(system.url);
  return () => cli[Symbol.asyncDispose]();
});

/** Jobs that fail for good, and succeed when they are redriven. */
const die = async (count: number, message = 'no luck 7'): Promise<string[]> => {
  const before = (await client.deadLetters.groups()).items.reduce((sum, it) => sum + it.count, 0);
  const payload = { failures: 1, permanent: true, message };
  const jobs = Array.from({ length: count }, () => client.submit('demo.fail', payload));
  const ids = (await Promise.all(jobs)).map(({ id }) => id);
  const total = async () =>
    (await client.deadLetters.groups()).items.reduce((sum, it) => sum + it.count, 0);
  await expect.poll(total, { timeout: 10_000 }).toBe(before + count);
  return ids;
};

const idsOf = async (letters: AsyncIterable<{ id: string }>) =>
  (await Array.fromAsync(letters)).map(({ id }) => id);

describe('the client', () => {
  test('lists page by page, groups, and reads', async () => {
    const ids = await die(105);
    expect(new Set(await idsOf(client.deadLetters.list()))).toEqual(new Set(ids));
    expect(await idsOf(client.deadLetters.list({ type: 'demo.echo' }))).toEqual([]);
    const { items, nextCursor } = await client.deadLetters.page({}, { limit: 2 });
    expect(items).toHaveLength(2);
    expect(nextCursor).toEqual(expect.any(String));
    const { items: groups } = await client.deadLetters.groups({ code: 'demo-permanent' });
    expect(groups).toMatchObject([{ count: 105, message: 'no luck #' }]);
    expect(await client.deadLetters.get(ids[0] ?? '')).toMatchObject({
      payload: { message: 'no luck 7' },
      attempts: { history: [{ outcome: 'failed' }] },
    });
  });

  test('redrives one and many, and deletes', async () => {
    const [one = '', two = '', ...rest] = await die(5);
    expect((await client.deadLetters.redrive(one)).id).toBe(one);
    const again = client.deadLetters.redrive(one);
    await expect(again).rejects.toMatchObject({ code: 'job-not-dead', status: 409 });
    const edited = { failures: 0, message: 'edited' };
    await client.deadLetters.redrive(two, { payload: edited });
    expect(await client.wait(two)).toMatchObject({ status: 'succeeded', payload: edited });
    const wrong = client.deadLetters.redrive(rest[0] ?? '', { payload: { failures: -1 } });
    await expect(wrong).rejects.toMatchObject({ errors: [{ pointer: '/payload/failures' }] });

    expect(await client.deadLetters.previewRedrive('all')).toMatchObject({ count: 3 });
    const job = await client.deadLetters.redriveAll({ type: 'demo.fail' }, { rate: 1_000 });
    expect(await client.wait(job.id)).toMatchObject({ result: { redriven: 3 } });

    const [doomed = ''] = await die(1);
    await client.deadLetters.delete(doomed);
    await expect(client.deadLetters.get(doomed)).rejects.toMatchObject({
      code: 'dead-letter-not-found',
    });
    await die(2);
    expect(await client.deadLetters.deleteAll({ code: 'demo-permanent' })).toBe(2);
  });
});

describe('the command line', () => {
  const run = async (...args: string[]) => cli.run(['dead-letters', ...args]);

  test('lists, groups and shows', async () => {
    expect((await run('ls')).stderr).toContain('no such dead letters');
    const [id = ''] = await die(3, 'bad \u001b[31mnews 12');
    const list = await run('ls', '-n', '2', '--since', '1h');
    expect(list.stdout.split('\n')[0]).toMatch(/^ID +TYPE +CODE +ATTEMPTS +AGE +MESSAGE$/);
    expect(list.stdout).not.toContain('\u001b[31m');
    expect(list.stderr).toContain('There are more');
    expect(JSON.parse((await run('ls', '--json')).stdout).items).toHaveLength(3);
    expect((await run('groups')).stdout).toMatch(/3 +demo\.fail +demo-permanent .*bad news #/);
    const shown = await run('show', id);
    expect(shown.stdout).toMatch(/"permanent": true[\s\S]*ATTEMPT +OUTCOME/);
    expect(JSON.parse((await run('show', id, '--json')).stdout).id).toBe(id);
  });

  test('redrives one, with another payload, and many', async () => {
    const [one = '', two = ''] = await die(4);
    expect((await run('redrive', one)).stdout.trim()).toMatch(/queued|running|succeeded/);
    expect(await run('redrive', one)).toMatchObject({ code: 1 });
    expect(await run('redrive', two, '--payload', '{"failures":-1}')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/payload/failures'),
    });
    await run('redrive', two, '--payload', '{"failures":0}');
    expect(await client.wait(two)).toMatchObject({ status: 'succeeded', payload: { failures: 0 } });
    const dry = await run('redrive', '--type', 'demo.fail', '--dry-run');
    expect(dry.stdout).toContain('2 would be redriven');
    const bulk = await run('redrive', '--all', '--rate', '500');
    expect(await client.wait(bulk.stdout.trim())).toMatchObject({ result: { redriven: 2 } });
  });

  test('deletes, and wants to know what', async () => {
    const [id = ''] = await die(3);
    expect((await run('delete', id)).stdout.trim()).toBe('deleted 1');
    expect((await run('delete', '--code', 'demo-permanent')).stdout.trim()).toBe('deleted 2');
    for (const args of [['delete'], ['redrive'], ['delete', id, '--all']]) {
      expect(await run(...args)).toMatchObject({ code: 2 });
    }
    expect(await run('redrive', '--all', '--payload', '{}')).toMatchObject({ code: 2 });
    expect(await run('redrive', id, '--rate', '5')).toMatchObject({ code: 2 });
  });
});
