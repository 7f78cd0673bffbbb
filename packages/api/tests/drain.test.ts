import { Agent, get, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { startApi } from './running-api.ts';

/** Asks over a connection that is kept. */
const ask = (agent: Agent, url: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(response));
    }).once('error', reject);
  });

test('while it drains, /ready fails, requests are answered, and each answer closes its connection', async () => {
  const api = await startApi({ SHUTDOWN_DRAIN: '1h' });
  const agent = new Agent({ keepAlive: true });
  const before = await ask(agent, `${api.url}/ready?check=process`);
  expect([before.statusCode, before.headers.connection]).toEqual([200, 'keep-alive']);

  const stopped = api[Symbol.asyncDispose]();
  await expect
    .poll(async () => (await ask(agent, `${api.url}/ready?check=process`)).statusCode)
    .toBe(503);
  const { statusCode, headers } = await ask(agent, `${api.url}/live`);
  expect([statusCode, headers.connection]).toEqual([200, 'close']);

  api.hurry();
  await stopped;
  await expect(ask(agent, `${api.url}/live`)).rejects.toThrow('ECONNREFUSED');
  agent.destroy();
});

test('a probe runs the one check that it is asked for', async () => {
  await using api = await startApi();
  const { body } = await api.ask('/ready?check=process', { key: null });
  expect(Object.keys(body.checks)).toEqual(['process']);
  expect((await api.ask('/ready?check=proces', { key: null })).status).toBe(400);
  expect((await api.ask('/ready?check=', { key: null })).status).toBe(400);
});
