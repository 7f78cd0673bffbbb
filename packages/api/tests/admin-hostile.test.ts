import { expect, test } from 'vitest';
import { writeWorker } from './admin-fixtures.ts';
import { basic, visit } from './admin-visit.ts';
import { deadApiKeys, deadKeys, deadLetterCalls } from './dead-letters-fixtures.ts';
import { startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

const attack = '"><img src=x onerror=alert(1)><script>alert(2)</script>';

test('what clients and workers say is shown as text', async () => {
  await using api = await startApi({ API_KEYS: deadApiKeys });
  await using _worker = await startWorkerOf(api);
  await writeWorker(api, attack);
  await deadLetterCalls(api).die({ message: attack });
  const headers = basic(deadKeys.admin, attack);
  await api.ask(`/queues/${encodeURIComponent(attack)}/pause`, {
    key: deadKeys.admin,
    method: 'POST',
  });
  for (const path of [
    '/admin',
    '/admin/workers',
    '/admin/audit',
    `/admin/audit?target=${encodeURIComponent(attack)}`,
    `/admin?range=${encodeURIComponent(attack)}`,
    `/admin/audit?cursor=${encodeURIComponent(attack)}`,
  ]) {
    const { text } = await visit(api, path, headers);
    expect(text).toContain('&lt;img src=x');
    expect(text).not.toMatch(/<img src=x|<script>/);
  }
  const { text } = await visit(api, '/admin', headers);
  expect(text).toMatch(/demo\.fail<\/bdi> fails: <bdi>[^<]*&lt;img src=x/);
});
