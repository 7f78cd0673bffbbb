import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../scripts/stack/ports.ts';
import { type CommandLine, commandLine } from './running-cli.ts';
import { type Answerer, problem, startScripted } from './scripted-server.ts';

let offline: CommandLine;
beforeAll(async () => {
  offline = await commandLine(`http://127.0.0.1:${await freePort()}`);
});
afterAll(() => offline[Symbol.asyncDispose]());

const against = async (answer: Answerer, ...args: string[]) => {
  await using server = await startScripted([answer]);
  await using cli = await commandLine(server.url);
  return await cli.run(args);
};

describe('exit status 2: the command is wrong', () => {
  test.each([
    [['sumbit'], 'Did you mean submit?'],
    [['queues', '--jsno'], 'Did you mean --json?'],
    [['watch'], "missing required argument 'id'"],
    [['submit', 'demo.echo', '{value:1}'], 'The payload is not JSON'],
    [['submit', 'demo.echo', '@/no/such/file'], 'The file "/no/such/file" cannot be read: ENOENT.'],
    [['submit', 'demo.echo', '--priority', 'high'], 'Expected a whole number.'],
    [['submit', 'demo.echo', '--wait', '0'], 'Expected a number of seconds.'],
    [['submit', 'demo.echo', '--wait', '--watch'], '--wait and --watch exclude each other.'],
    [['submit', 'demo.echo', '--dedupe-ttl', '5m'], 'need a --dedupe-key'],
    [['queues', '--url', 'localhost'], 'expected the http or https address'],
    [['queues', '--key', 'a b'], 'key: expected an API key'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await offline.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

test('exit status 3: the server cannot be reached, or cannot answer', async () => {
  const { code, stdout, stderr } = await offline.run(['queues', '--json']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(
    /^error: http:\S+ cannot be reached: ECONNREFUSED\. .*--url or DROVER_URL\.\n$/,
  );
  const down = await against(
    problem(503, 'store-unavailable', { headers: { 'retry-after': '0' } }),
    'queues',
  );
  expect(down).toMatchObject({ code: 3, stderr: 'error: It is store-unavailable.\n' });
});

test('exit status 1: the server refuses, and says what is wrong with which field', async () => {
  const errors = [
    { pointer: '/payload/ms', message: 'expected a number' },
    { pointer: '', message: 'too deep' },
  ];
  const refused = await against(problem(422, 'invalid-submission', { errors }), 'submit', 'a.b');
  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error: It is invalid-submission.\n  /payload/ms: expected a number\n  (the body): too deep\n',
  });
});

test('a key that is refused: what to do', async () => {
  const { code, stderr } = await against(problem(401, 'unauthorized'), 'queues');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'error: It is unauthorized. Give a key with --key or DROVER_KEY.\n',
  });
});

test('what a server says cannot steer the terminal', async () => {
  const errors = [{ pointer: '/\u001b[2J', message: 'no\u0007' }];
  const { stderr } = await against(problem(422, 'x', { errors }), 'submit', 'a.b');
  expect(stderr).toBe('error: It is x.\n  /: no\n');
});

describe('exit status 0', () => {
  test.each([
    [['--help'], 'Exit status: 0 all well'],
    [['submit', '--help'], '--idempotency-key <key>'],
    [['--version'], '0.1.0'],
  ])('%j', async (args, text) => {
    const { code, stdout, stderr } = await offline.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(text);
  });
});
