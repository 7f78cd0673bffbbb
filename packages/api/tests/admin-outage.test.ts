import { expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { startPreparedApi, writeSamples } from './admin-fixtures.ts';
import { sendForm, tokenOn, visit } from './admin-visit.ts';

test('without Postgres the pages show what Redis has, and writes are written down', async () => {
  await using prepared = await startPreparedApi();
  const { api, proxy } = prepared;
  await writeSamples(prepared, 2);
  const whole = await visit(api, '/admin');
  expect(whole.text).not.toContain('cannot be shown');
  await proxy.cut();
  const { status, text } = await visit(api, '/admin');
  expect(status).toBe(200);
  expect(text).toContain('The charts cannot be shown: Postgres does not answer.');
  const sent = await sendForm(api, '/admin/steer/mail/pause', { token: tokenOn(whole) });
  expect(sent.status).toBe(303);
  const log = await visit(api, '/admin/audit');
  expect(log.status).toBe(200);
  expect(log.text).toContain('Older entries cannot be shown: Postgres does not answer.');
  expect(log.text).toContain('queue.pause');
  const { body } = await api.ask('/audit', { key: 'dev' });
  expect(body).toMatchObject({ complete: false, items: [{ action: 'queue.pause' }] });
});

test('without Redis the pages say so, and nothing is done that cannot be written down', async () => {
  await using redis = await startOwnRedis();
  await using prepared = await startPreparedApi({ REDIS_URL: redis.url });
  const { api } = prepared;
  const token = tokenOn(await visit(api, '/admin'));
  await redis.stop();
  const overview = await visit(api, '/admin');
  expect(overview.status).toBe(200);
  expect(overview.text).toContain('Redis does not answer.');
  expect(overview.text).toContain('Throughput');
  const workers = await visit(api, '/admin/workers');
  expect(workers.text).toContain('The workers cannot be shown: Redis does not answer.');
  const sent = await sendForm(api, '/admin/steer/mail/pause', { token });
  expect(sent.status).toBe(503);
  expect(sent.text).toContain('The job store does not answer now. Try again.');
});
