import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');

const blocksOf = (guide: string, language: string): string[] => {
  const text = readFileSync(join(root, 'docs/guides', guide), 'utf8');
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'));
  return [...blocks].map(([, code = '']) => code);
};

/** Every command is a process of its own. */
const timeout = 60_000;

let system: RunningSystem;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-guides-'));
  system = await startSystem({ roles: ['api', 'worker'] });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('the program of the client’s guide compiles, in a browser’s project too, and does what it says', async () => {
  const client = join(root, 'packages/client/src/index.ts');
  const program = join(folder, 'guide.mts');
  const code = blocksOf('typescript-client.md', 'ts')
    .join('')
    .replaceAll("'@drover/client'", `'${client}'`)
    .replaceAll('http://localhost:3000', system.url);
  await writeFile(program, code);
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        lib: ['esnext', 'dom'],
        typeRoots: [join(root, 'node_modules/@types')],
        noUnusedLocals: false,
      },
      files: [program],
    }),
  );
  const [compiled, { stdout }] = await Promise.all([
    run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]),
    run(process.execPath, [program]),
  ]);
  expect(compiled.stdout).toBe('');
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('1000');
  expect(lines[1]).toBe('scheduled false');
  expect(lines).toContain('100 % step 1 of 1');
  expect(lines).toContain('info step 1 of 1');
  expect(lines).toContain('now succeeded');
  expect(lines).toContainEqual(expect.stringMatching(/^accepted demo\.0\./));
  expect(lines.at(-1)).toMatch(/^job-not-found There is no job/);
});

test('the commands of the command line’s guide do what it says', { timeout }, async () => {
  const separator = '--- next block ---';
  const script = blocksOf('command-line.md', 'sh').join(`\necho '${separator}'\n`);
  const { stdout, stderr } = await run('bash', ['--norc', '-eu', '-c', script], {
    cwd: root,
    env: { ...process.env, DROVER_URL: system.url, XDG_STATE_HOME: folder },
  });
  expect(stderr).not.toContain('error');
  const [, watched, waited, id, piped, listed, tables, queue, json] = stdout
    .split(`${separator}\n`)
    .map((part) => part.trim());
  expect(watched).toMatch(/step 4 of 4[\s\S]*succeeded in 1\.\d s\n\{\n {2}"sleptMs": 1000\n\}$/);
  expect(waited).toBe('{\n  "value": "hello"\n}');
  expect(id).toMatch(/"sleptMs": 500[\s\S]*step 1 of 2\n.*step 2 of 2$/);
  expect(JSON.parse(piped ?? '')).toEqual({ value: [1, 2, 3] });
  // A job is in the list a moment after it was accepted.
  expect(listed).toMatch(/^(ID[\s\S]*\n)?canceled$/);
  // The statistics have the job some seconds after its end.
  expect(tables).toMatch(/^(TYPE[\s\S]*\n)?QUEUE[\s\S]*\nHOST/);
  expect(queue).toMatch(/^concurrency +20 +10 +yes$[\s\S]*\nmail is paused\nmail is open$/m);
  expect(json).toMatch(/^\{\n {2}"items"[\s\S]*"status":"succeeded"[^\n]*$/);
});

test('the commands of the guide for operators do what it says', { timeout }, async () => {
  const drover = `drover() { node packages/client/src/cli/main.ts "$@"; }\n`;
  const { stdout, stderr } = await run(
    'bash',
    ['--norc', '-eu', '-c', drover + blocksOf('operate-queues.md', 'sh').join('')],
    { cwd: root, env: { ...process.env, DROVER_URL: system.url, XDG_STATE_HOME: folder } },
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^rate +100\/1m +unlimited +yes$/m);
  expect(stdout).toMatch(/mail is paused\nmail is open\n$/);
});
