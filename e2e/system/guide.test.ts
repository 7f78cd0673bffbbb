import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningSystem, startSystem } from './running-system.ts';

const run = promisify(execFile);

const guide = readFileSync(
  resolve(import.meta.dirname, '../../docs/guides/submit-from-any-language.md'),
  'utf8',
);
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, code]) => `${code}`,
  );

let system: RunningSystem;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-guide-'));
  system = await startSystem({ roles: ['api', 'worker'] });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const separator = '--- next block ---';

test('the guide’s curl lines do what it says', async () => {
  const script = blocks('sh')
    .join(`\necho; echo '${separator}'\n`)
    .replaceAll('http://localhost:3000', system.url);
  const { stdout } = await run('bash', ['-eu', '-c', script], { cwd: folder });
  const [, submitted, finished, events, logs, batch, canceled] = stdout.split(separator);
  expect(JSON.parse(submitted ?? '')).toMatchObject({ type: 'demo.sleep', status: 'queued' });
  expect(JSON.parse(finished ?? '')).toMatchObject({
    status: 'succeeded',
    result: { sleptMs: 1_000 },
  });
  expect(events).toMatch(/event: log\n.*event: status\n/s);
  expect(JSON.parse(logs ?? '').items).toHaveLength(4);
  expect(JSON.parse(batch ?? '')).toMatchObject({ accepted: 2, rejected: 0 });
  expect(JSON.parse(canceled ?? '')).toMatchObject({ status: 'canceled' });
});

const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

test.skipIf(!hasPython)('its Python does too', async () => {
  const env = { ...process.env, DROVER_URL: system.url };
  const { stdout } = await run('python3', ['-c', blocks('python').join('\n')], { env });
  expect(stdout).toBe("succeeded {'value': 'hello'}\n");
});
