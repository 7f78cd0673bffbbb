import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test('secrets and payloads never reach the log', async () => {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const log = await createLog('test', { level: 'info', format: 'json' }, sink);
  log.info({ payload: 'hunter2', job: { payload: 'hunter2', password: 'hunter2' } }, 'a');
  log.info({ req: { headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' } } }, 'b');
  log.info({ jobId: 'mail.0.x', token: 'hunter2' }, 'c');
  const err = Object.assign(new Error('WRONGTYPE'), { command: { args: ['hunter2'] } });
  log.error({ err }, 'd');
  log.error({ err: new Error('outer', { cause: err }) }, 'e');
  expect(lines).toHaveLength(5);
  expect(lines.join()).not.toContain('hunter2');
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({
    name: 'test',
    jobId: 'mail.0.x',
    token: '[redacted]',
    msg: 'c',
  });
});
