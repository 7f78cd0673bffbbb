import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pngOf, sizeOf } from './pictures.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

const mails: string[] = [];
let smtp: SMTPServer;
let system: RunningSystem;

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      void text(stream).then((mail) => {
        mails.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  system = await startSystem({
    env: { SMTP_URL: `smtp://127.0.0.1:${port}`, EGRESS_ALLOW: '127.0.0.1' },
  });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  smtp.close();
});

const download = async (url: string): Promise<Buffer> => {
  const answer = await fetch(system.url + url, { headers: { authorization: 'Bearer dev' } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
};

describe('from HTTP to the result', () => {
  test('a real PNG becomes real thumbnails', async () => {
    const { id } = await system.submit('image.thumbnails', {
      source: { base64: pngOf(640, 480).toString('base64') },
      widths: [320, 64, 1_000],
      format: 'png',
    });
    const job = await system.until(id);
    expect(job).toMatchObject({ status: 'succeeded', progress: 1, error: null });
    const sizes = await Promise.all(
      job.result.artifacts.map(async (it: { url: string }) => sizeOf(await download(it.url))),
    );
    expect(sizes).toEqual([
      { width: 320, height: 240 },
      { width: 64, height: 48 },
      { width: 640, height: 480 },
    ]);
    expect(job.result.artifacts[0]).toMatchObject({
      width: 320,
      height: 240,
      mediaType: 'image/png',
    });
  });

  test('a picture is fetched from the web, and the next job takes the file of the one before', async () => {
    const site = createServer((_request, response) => response.end(pngOf(200, 100)));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/cat.png`;
    const optimized = await system.until(
      (await system.submit('image.optimize', { source: { url }, format: 'png' })).id,
    );
    site.close();
    expect(optimized).toMatchObject({ status: 'succeeded', result: { width: 200, height: 100 } });
    const { job, name } = optimized.result.artifact;
    const thumbnail = await system.until(
      (
        await system.submit('image.thumbnails', {
          source: { artifact: { job, name } },
          widths: [50],
          format: 'png',
        })
      ).id,
    );
    const file = await download(thumbnail.result.artifacts[0].url);
    expect(sizeOf(file)).toEqual({ width: 50, height: 25 });
  });

  test('a source inside the network is refused, for good', async () => {
    const source = { url: 'http://169.254.169.254/latest/meta-data' };
    const job = await system.until(
      (await system.submit('image.optimize', { source, format: 'webp' })).id,
    );
    expect(job).toMatchObject({
      status: 'failed',
      attempts: { made: 1 },
      error: { code: 'source-refused', retryable: false, attempt: 1 },
    });
  });

  test('an e-mail reaches a real SMTP server', async () => {
    const { id } = await system.submit('email.send', {
      to: 'ada@example.com',
      subject: 'Hello from Drover',
      text: 'It works.',
    });
    const job = await system.until(id);
    expect(job).toMatchObject({
      status: 'succeeded',
      result: { accepted: ['ada@example.com'], rejected: [], messageId: `<${id}@localhost>` },
    });
    expect(mails.filter((mail) => mail.includes(`Message-ID: <${id}@localhost>`))).toHaveLength(1);
    expect(mails.at(-1)).toContain('It works.');
  });

  test('a job that fails twice succeeds at the third attempt', async () => {
    const { id } = await system.submit('demo.fail', { failures: 2 });
    expect(await system.until(id)).toMatchObject({
      status: 'succeeded',
      result: { attempts: 3 },
      error: null,
    });
  });

  test('a job that fails for good says how', async () => {
    const { id } = await system.submit('demo.fail', {
      failures: 9,
      permanent: true,
      message: 'no',
    });
    expect(await system.until(id)).toMatchObject({
      status: 'failed',
      result: null,
      error: { code: 'demo-permanent', message: 'no', attempt: 1, retryable: false },
    });
  });

  test('a running job shows its progress', async () => {
    const { id } = await system.submit('demo.sleep', { ms: 2_000, steps: 10 });
    const seen = new Set<number>();
    while (!seen.has(1)) seen.add((await system.read(id)).progress);
    expect([...seen].filter((progress) => progress > 0 && progress < 1)).not.toEqual([]);
    expect([...seen]).toEqual([...seen].toSorted((a, b) => a - b));
    expect(await system.until(id)).toMatchObject({ progress: 1, result: { sleptMs: 2_000 } });
  });
});

test('without an SMTP server each e-mail is an .eml file', async () => {
  await using offline = await startSystem({ roles: ['api', 'worker'] });
  const { id } = await offline.submit('email.send', {
    to: ['ada@example.com', 'bob@example.com'],
    subject: 'Written down',
    text: 'It works.',
  });
  expect(await offline.until(id)).toMatchObject({
    status: 'succeeded',
    result: { accepted: ['ada@example.com', 'bob@example.com'] },
  });
  const folder = join(offline.env.DATA_DIR, 'mail');
  expect(await readdir(folder)).toEqual([`${id}.eml`]);
  expect(await readFile(join(folder, `${id}.eml`), 'utf8')).toContain('Subject: Written down');
});
