import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { startApi } from './running-api.ts';

const root = resolve(import.meta.dirname, '../../..');

/** `npm run keys -- …`, without npm's own lines. */
const keys = async (args: readonly string[], input = '') => {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'keys', ...args], { cwd: root });
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
};

const acme = ['new', '--tenant', 'acme', '--roles', 'submit,read', '--tier', 'basic'];

test('a new key is shown once, with the entry that makes the API know it', async () => {
  const { code, stdout } = await keys(acme);
  expect(code).toBe(0);
  const [key = ''] = /drover_[A-Za-z0-9_-]{43}(?=\n)/.exec(stdout) ?? [];
  const entry = /^ {2}(\{.*\})$/m.exec(stdout)?.[1] ?? '';
  expect(entry).not.toContain(key);

  await using api = await startApi({ API_KEYS: `[${entry}]` });
  const answer = await api.submit({ type: 'demo.echo', payload: { value: 1 } }, { key });
  expect(answer).toMatchObject({ status: 202, body: { tenant: 'acme' } });
  expect(answer.headers.get('ratelimit-policy')).toMatch(/^"basic";/);
});

test('--json is for programs, and every key is another', async () => {
  const [one, two] = (
    await Promise.all([keys([...acme, '--json']), keys([...acme, '--json'])])
  ).map(({ stdout }) => JSON.parse(stdout));
  expect(one).toEqual({
    key: expect.stringMatching(/^drover_[\w-]{43}$/),
    entry: {
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      tenant: 'acme',
      roles: ['submit', 'read'],
      tier: 'basic',
    },
  });
  expect(two.key).not.toBe(one.key);
});

test('hash tells the hash of a key on standard input, with or without a line end', async () => {
  const { key, entry } = JSON.parse((await keys([...acme, '--json'])).stdout);
  expect(await keys(['hash'], key)).toMatchObject({ code: 0, stdout: `${entry.hash}\n` });
  expect(await keys(['hash'], `${key}\n`)).toMatchObject({ code: 0, stdout: `${entry.hash}\n` });
});

test.each([
  [[], 'say what to do'],
  [['renew'], 'there is no "renew"'],
  [['new'], 'new needs --tenant and --roles'],
  [['new', '--tenent', 'acme'], "Unknown option '--tenent'"],
  [['new', '--tenant', 'Acme', '--roles', 'read'], '--tenant: expected lower-case letters'],
  [['new', '--tenant', 'acme', '--roles', 'root'], '--roles: expected one of submit, read'],
  [['new', '--tenant', 'acme', '--roles', 'read', '--tier', 'gold'], '--tier: expected one of'],
  [['hash'], 'there is no key on standard input'],
])('%j is refused with the usage and exit status 2', async (args, reason) => {
  const { code, stdout, stderr } = await keys(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(reason);
  expect(stderr).toContain('Usage:\n  npm run keys -- new');
});
