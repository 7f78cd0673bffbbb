import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { type Client, createClient } from '../src/index.ts';
import { type CommandLine, commandLine } from './running-cli.ts';

let system: RunningSystem;
let client: Client;
let cli: CommandLine;
beforeAll(async () => {
  system = await startSystem({ roles: ['api', 'worker', 'scheduler'] });
  client = createClient({ url: system.url, key: 'dev' });
  cli = await commandLine(system.url);
}, 60_000);
afterAll(async () => {
  await cli?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

const delayed = { delay: '1h' } as const;

const submit = async (count: number, tag: string, value: unknown = 1): Promise<string[]> => {
  const jobs = Array.from({ length: count }, () =>
    client.submit('demo.echo', { value }, { ...delayed, tags: [tag] }),
  );
  return (await Promise.all(jobs)).map(({ id }) => id);
};

/** Resolves when the history has so many. */
const recorded = (tag: string, count: number) =>
  expect
    .poll(async () => (await Array.fromAsync(client.jobs.list({ tag: [tag] }))).length, {
      timeout: 20_000,
    })
    .toBe(count);

describe('the client', () => {
  test('lists page by page, and exports whole jobs', async () => {
    const ids = await submit(105, 'many', { depth: 'fathoms' });
    await recorded('many', 105);
    const listed = await Array.fromAsync(
      client.jobs.list({ tag: ['many'], status: ['scheduled'] }),
    );
    expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(ids));
    const page = await client.jobs.page({ text: 'fathoms' }, { limit: 2 });
    expect(page.items).toHaveLength(2);
    expect(page.nextCursor).toEqual(expect.any(String));
    const exported = await Array.fromAsync(client.jobs.export({ tag: ['many'] }));
    expect(exported).toHaveLength(105);
    expect(exported[0]).toMatchObject({ payload: { value: { depth: 'fathoms' } } });
    for await (const job of client.jobs.export({ tag: ['many'] })) {
      expect(ids).toContain(job.id);
      break;
    }
  });

  test('has many jobs canceled, and run again, by jobs', async () => {
    const ids = await submit(12, 'bulk');
    await recorded('bulk', 12);
    expect(await client.jobs.previewCancel({ tag: ['bulk'] })).toMatchObject({ count: 12 });
    const canceling = await client.jobs.cancelAll({ tag: ['bulk'] }, { rate: 1_000 });
    expect(await client.wait(canceling.id)).toMatchObject({ result: { canceled: 12, skipped: 0 } });
    await expect
      .poll(async () => (await client.jobs.previewRetry({ tag: ['bulk'] })).count, {
        timeout: 20_000,
      })
      .toBe(12);
    const retrying = await client.jobs.retryAll({ tag: ['bulk'] }, { rate: 1_000 });
    expect(await client.wait(retrying.id)).toMatchObject({ result: { retried: 12, skipped: 0 } });
    expect(await client.wait(ids[0] ?? '')).toMatchObject({ status: 'succeeded' });
  });
});

describe('the command line', () => {
  test('lists what there is, as it is now', async () => {
    const [id = ''] = await submit(1, 'cli');
    await recorded('cli', 1);
    const { code, stdout } = await cli.run(['ls', '--tag', 'cli']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ID +TYPE +STATUS +PROGRESS +AGE +ERROR\n/);
    expect(stdout).toContain(`${id}  demo.echo  scheduled       0 %`);
    await client.cancel(id);
    const json = await cli.run(['ls', '--tag', 'cli', '--since', '1h', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ id, status: 'canceled' }] });
    const none = await cli.run(['ls', '--tag', 'cli', '--status', 'failed,expired']);
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'There are no such jobs.\n' });
  });

  test('searches, and says so when the search is wrong', async () => {
    const [id = ''] = await submit(1, 'words', { text: 'Seven sails for Grace' });
    await recorded('words', 1);
    const find = async (...words: string[]) => {
      const { stdout } = await cli.run(['search', '--json', ...words]);
      return JSON.parse(stdout).items.map((job: { id: string }) => job.id);
    };
    expect(await find('sails', 'grace')).toEqual([id]);
    expect(await find('"grace sails"')).toEqual([]);
    expect(await find(id)).toEqual([id]);
    expect(await find('--type', 'demo.sleep', 'sails')).toEqual([]);
    const wrong = await cli.run(['search', 'x', '--status', 'done']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('status');
  });
});
