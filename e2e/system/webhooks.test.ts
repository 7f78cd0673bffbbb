import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSite, type WebSite } from '../../packages/worker/tests/web-site.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { pngOf } from './pictures.ts';
import { type Body, type RunningSystem, startSystem } from './running-system.ts';

const root = resolve(import.meta.dirname, '../..');
const guide = await readFile(join(root, 'docs/guides/webhooks.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, code]) => `${code}`,
  );

let system: RunningSystem;
let pictures: WebSite;
beforeAll(async () => {
  pictures = await startSite();
  pictures.answer((response) => response.end(pngOf(320, 200)));
  system = await startSystem({ roles: ['api', 'worker'], env: { EGRESS_ALLOW: '127.0.0.1' } });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await pictures[Symbol.asyncDispose]();
});

const ask = async (path: string, body?: unknown): Promise<Body> => {
  const answer = await fetch(system.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: 'Bearer dev', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answer.json();
};

/** The guide's receiver, as a process of its own. */
const startReceiver = async (secret: string) => {
  const port = await freePort();
  const [code = ''] = blocks('js');
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined)));
  return {
    url,
    says: async (text: string) => {
      while (!output.includes(text)) await once(child.stdout, 'data');
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
};

test('the guide’s example: a picture, three thumbnails, an e-mail with the links, a webhook', async () => {
  const { secret } = await ask('/webhooks/secret');
  await using receiver = await startReceiver(secret);
  const example = JSON.parse(blocks('json').at(-1) ?? '');
  example.steps.optimize.payload.source.url = `${pictures.url}/cat.png`;
  example.webhook.url = receiver.url;
  const { id } = await ask('/workflows', example);
  await receiver.says(`workflow.succeeded ${id}`);

  const { status, steps } = await ask(`/workflows/${id}`);
  expect(status).toBe('succeeded');
  const links = ['small', 'medium', 'large'].map((step) => steps[step].result.artifacts[0].url);
  const sizes = ['small', 'medium', 'large'].map((step) => steps[step].result.artifacts[0].width);
  expect(sizes).toEqual([40, 80, 160]);
  for (const link of links) {
    const file = await fetch(system.url + link, { headers: { authorization: 'Bearer dev' } });
    expect(file.headers.get('content-type')).toBe('image/webp');
  }
  const folder = join(system.env.DATA_DIR, 'mail');
  const [file = ''] = await readdir(folder);
  const mail = (await readFile(join(folder, file), 'utf8')).replaceAll('=\r\n', '');
  for (const link of links) expect(mail).toContain(link);
  const { items } = await ask(`/webhooks/deliveries?source=${id}`);
  expect(items).toMatchObject([{ event: 'workflow.succeeded', status: 'succeeded' }]);
});

const run = promisify(execFile);
const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

test.skipIf(!hasPython)('the guide’s Python verifies what is sent', async () => {
  await using site = await startSite();
  const { secret } = await ask('/webhooks/secret');
  const webhook = { url: site.url };
  await ask('/jobs', { type: 'demo.echo', payload: { value: 'ü' }, options: { webhook } });
  while (site.arrived.length === 0) await new Promise((then) => setTimeout(then, 20));
  const [{ headers, body } = { headers: {}, body: '' }] = site.arrived;
  const script = `${blocks('python')[0]}
import json, sys
secret, headers, body = json.load(sys.stdin)
print(verify(secret, headers, body.encode()), verify(secret, headers, body.encode() + b" "))`;
  const checking = run('python3', ['-c', script]);
  checking.child.stdin?.end(JSON.stringify([secret, headers, body]));
  expect((await checking).stdout).toBe('True False\n');
});
