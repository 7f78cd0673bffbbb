import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import { type CommandLine, commandLine } from './running-cli.ts';

let system: RunningSystem;
let cli: CommandLine;
beforeAll(async () => {
  system = await startSystem({ roles: ['api', 'worker'] });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  cli = await commandLine(system.url);
  return () => cli[Symbol.asyncDispose]();
});

const idPattern = /^demo\.0\.[0-9a-z]{26}$/;

const submit = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cli.run(['submit', ...args]);
  expect(code, stderr).toBe(0);
  return stdout.trim();
};

describe('submit', () => {
  test('prints the id alone, and how to go on beside it', async () => {
    const { code, stdout, stderr } = await cli.run(['submit', 'demo.echo', '{"value":1}']);
    expect(code).toBe(0);
    expect(stdout.trim()).toMatch(idPattern);
    expect(stderr).toContain(`drover watch ${stdout.trim()}`);
    expect(await system.until(stdout.trim())).toMatchObject({ result: { value: 1 } });
  });

  test('takes the payload from a file and from stdin', async () => {
    const file = join(cli.stateDir, 'payload.json');
    await writeFile(file, '{"value":"from a file"}');
    const { stdout } = await cli.run(['submit', 'demo.echo', `@${file}`, '--wait']);
    expect(JSON.parse(stdout)).toEqual({ value: 'from a file' });
    const piped = await cli.run(['submit', 'demo.echo', '-', '--wait'], { input: '{"value":2}' });
    expect(JSON.parse(piped.stdout)).toEqual({ value: 2 });
  });

  test('hands on every option', async () => {
    const { stdout } = await cli.run(
      [
        ...['submit', 'demo.echo', '{"value":1}', '--json'],
        ...['--priority', '2', '--delay', '1h', '--attempts', '7', '--timeout', '1s'],
        ...['--expires-in', '2h', '--retention', '1d', '--tag', 'a', '--tag', 'b'],
        ...['--dedupe-key', 'nightly', '--dedupe-mode', 'until-finished'],
      ].flat(),
    );
    const job = JSON.parse(stdout);
    expect(job).toMatchObject({
      status: 'scheduled',
      priority: 2,
      attempts: { max: 7 },
      tags: ['a', 'b'],
      deduplicated: false,
    });
    const again = await cli.run([
      'submit',
      'demo.echo',
      '{"value":1}',
      '--dedupe-key',
      'nightly',
      '--json',
    ]);
    expect(JSON.parse(again.stdout)).toMatchObject({ id: job.id, deduplicated: true });
    expect(again.stderr).toContain('It was there before');
    const at = await cli.run([
      'submit',
      'demo.echo',
      '{"value":1}',
      '--run-at',
      '2099-01-01T00:00:00Z',
    ]);
    expect(at).toMatchObject({ code: 1, stderr: expect.stringContaining('/options/runAt') });
  });

  test('says of a repeated key that the job was there before', async () => {
    const args = ['submit', 'demo.echo', '{"value":1}', '--idempotency-key', `k-${cli.stateDir}`];
    const first = await cli.run(args);
    const second = await cli.run(args);
    expect(second.stdout).toBe(first.stdout);
    expect(second.stderr).toContain('It was there before');
  });

  test('--wait ends as the job does', async () => {
    const done = await cli.run(['submit', 'demo.sleep', '{"ms":10}', '--wait', '10']);
    expect(done).toMatchObject({ code: 0, stdout: '{\n  "sleptMs": 10\n}\n' });
    const failed = await cli.run([
      'submit',
      'demo.fail',
      '{"failures":1,"permanent":true,"message":"no luck"}',
      '--wait',
    ]);
    expect(failed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('no luck (demo-permanent, attempt 1 of 3)'),
    });
    const late = await cli.run(['submit', 'demo.sleep', '{"ms":60000}', '--wait', '0.2', '--json']);
    expect(late.code).toBe(4);
    await cli.run(['cancel', JSON.parse(late.stdout).id]);
  });
});

describe('watch', () => {
  test('into a file: a line for each event, then the result', async () => {
    const id = await submit('demo.sleep', '{"ms":100,"steps":2}', '--tag', 'x');
    const { code, stdout } = await cli.run(['watch', id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/info {2}step 1 of 2\n(.*\n)*.*info {2}step 2 of 2\n/);
    expect(stdout).toMatch(/succeeded in \d+ ms\n\{\n {2}"sleptMs": 100\n\}\n$/);
    expect(stdout).not.toContain('\u001b');
  });

  test('--json: a line for each event', async () => {
    const { stdout } = await cli.run([
      'submit',
      'demo.sleep',
      '{"ms":100,"steps":2}',
      '--watch',
      '--json',
    ]);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter(({ event }) => event === 'log')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ event: 'status', data: { status: 'succeeded' } });
  });

  test('a job that failed is exit status 1', async () => {
    const { code } = await cli.run([
      'submit',
      'demo.fail',
      '{"failures":1,"permanent":true}',
      '--watch',
    ]);
    expect(code).toBe(1);
  });

  test('Ctrl-C leaves the job running and says so', async () => {
    const id = await submit('demo.sleep', '{"ms":60000,"steps":600}');
    const { child, ended, says } = cli.start(['watch', id]);
    await says('step 1 of 600');
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      stderr: `Stopped watching; the job goes on. Watch it again with: drover watch ${id}\n`,
    });
    expect(await system.read(id)).toMatchObject({ status: 'running' });
    // The worker may have stopped it before the answer was made.
    expect((await cli.run(['cancel', id])).stdout).toMatch(
      /^(running, and told to stop|canceled)\n$/,
    );
    expect(await system.until(id, 'canceled')).toMatchObject({ status: 'canceled' });
  });

  const canFakeTerminals = spawnSync('script', ['--version']).status === 0;
  test.skipIf(!canFakeTerminals)('on a terminal: a bar, in colour unless NO_COLOR', async () => {
    const id = await submit('demo.sleep', '{"ms":60000,"steps":600}');
    const watched = cli.start(['watch', id], { terminal: true });
    await watched.says('\u001b[36mrunning\u001b[39m');
    await watched.says('\u001b[2mstep ');
    await cli.run(['cancel', id]);
    expect((await watched.ended).stdout).toMatch(/canceled\S* in \d/);
    const plain = cli.start(['watch', id], { terminal: true, env: { NO_COLOR: '1' } });
    expect((await plain.ended).stdout).toContain('\u001b[2Kcanceled in');
  });
});

describe('logs', () => {
  test('what the job has written', async () => {
    const id = await submit('demo.sleep', '{"ms":0,"steps":3}');
    await system.until(id);
    const { stdout } = await cli.run(['logs', id]);
    expect(stdout.trimEnd().split('\n')).toEqual(
      [1, 2, 3].map((n) => expect.stringMatching(new RegExp(`^[\\d:]{8} info  step ${n} of 3$`))),
    );
    const json = await cli.run(['logs', id, '--json']);
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([1, 2, 3]);
  });

  test('--follow goes on until the job has finished', async () => {
    const id = await submit('demo.sleep', '{"ms":300,"steps":3}');
    const { code, stdout } = await cli.run(['logs', id, '--follow', '--json']);
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([1, 2, 3]);
  });

  test('a reader who has had enough is no failure', async () => {
    const id = await submit('demo.sleep', '{"ms":20000,"steps":1000}');
    const { child, ended, says } = cli.start(['logs', id, '--follow']);
    await says('step 1 of 1000');
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    await cli.run(['cancel', id]);
  });
});

test('retry runs a failed job again', async () => {
  const id = await submit('demo.fail', '{"failures":1,"permanent":true}');
  await system.until(id, 'failed');
  expect(await cli.run(['retry', id])).toMatchObject({ code: 0 });
  expect(await system.until(id, 'succeeded')).toMatchObject({ result: { attempts: 2 } });
  expect(await cli.run(['retry', id])).toMatchObject({ code: 1, stdout: '' });
});

test('cancel ends a job that has not started', async () => {
  const id = await submit('demo.echo', '{"value":1}', '--delay', '1h');
  expect(await cli.run(['cancel', id])).toMatchObject({ code: 0, stdout: 'canceled\n' });
  const { code, stderr } = await cli.run(['cancel', id]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: The job is canceled already.\n' });
});

test('queues and workers are tables, or JSON', async () => {
  const queues = await cli.run(['queues']);
  expect(queues.stdout).toMatch(/^QUEUE +STATE +QUEUED .*\n(.*\n)*demo +open +\d+ /);
  const json = JSON.parse((await cli.run(['queues', '--json'])).stdout);
  expect(json.items).toContainEqual(expect.objectContaining({ name: 'demo', paused: false }));
  const workers = await cli.run(['workers']);
  expect(workers.stdout).toMatch(/^HOST +PID .*\n.* 0\.1\.0 .*demo:10/);
});

test('queues are set, shown, paused and resumed', async () => {
  const set = ['queues', 'set', 'mail', '--concurrency', '20', '--rate', '100/1m'];
  const { code, stdout } = await cli.run(set);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^SETTING +NOW +CONFIGURED +SET AT RUN TIME\n/);
  expect(stdout).toMatch(/^concurrency +20 +10 +yes$/m);
  expect(stdout).toMatch(/^global-concurrency +unlimited +unlimited +no$/m);
  expect(stdout).toMatch(/^rate +100\/1m +unlimited +yes$/m);
  expect((await cli.run(['queues'])).stdout).toMatch(/^mail .* 20 a worker, 100\/1m$/m);

  const back = ['queues', 'set', 'mail', '--concurrency', 'configured', '--rate', 'configured'];
  const json = JSON.parse((await cli.run([...back, '--json'])).stdout);
  expect(json.settings.concurrency).toEqual({ configured: 10, effective: 10, overridden: false });
  expect((await cli.run(['queues', 'show', 'mail'])).stdout).toMatch(/^rate +unlimited .* no$/m);

  expect((await cli.run(['queues', 'pause', 'mail'])).stdout).toBe('mail is paused\n');
  expect((await cli.run(['queues', 'resume', 'mail'])).stdout).toBe('mail is open\n');
});

test.each([
  [['queues', 'set', 'mail'], 2, 'Give at least one of --concurrency'],
  [['queues', 'set', 'mail', '--rate', 'fast'], 2, 'Expected a rate such as 100/1m'],
  [['queues', 'set', 'mail', '--concurrency', '0'], 1, '/concurrency'],
  [['queues', 'pause', 'mails'], 1, 'Did you mean "mail"?'],
])('%j says what is wrong', async (args, code, message) => {
  const outcome = await cli.run(args);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toContain(message);
});

test('it runs from the checkout, by npm, where its user is', async () => {
  const root = resolve(import.meta.dirname, '../../..');
  await writeFile(join(cli.stateDir, 'payload.json'), '{"value":"here"}');
  const { stdout, stderr, status } = spawnSync(
    'npm',
    [
      'run',
      '--silent',
      '--prefix',
      root,
      'drover',
      '--',
      'submit',
      'demo.echo',
      '@payload.json',
      '--wait',
    ],
    {
      cwd: cli.stateDir,
      env: {
        ...process.env,
        DROVER_URL: system.url,
        XDG_STATE_HOME: cli.stateDir,
      },
      encoding: 'utf8',
    },
  );
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(JSON.parse(stdout)).toEqual({ value: 'here' });
});
