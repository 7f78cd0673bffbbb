import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventOf, startWebhookWorld, verify, type WebhookWorld } from './webhook-fixtures.ts';

let world: WebhookWorld;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.site.arrived.length = 0;
});

const echo = (value: unknown, options?: object) => ({
  type: 'demo.echo',
  payload: { value },
  ...(options && { options }),
});
const failing = { type: 'demo.fail', payload: { failures: 1, permanent: true } };

const start = async (body: object) => (await world.ask('POST', '/workflows', body)).body;

test('a workflow tells of its end, and a step of its own', async () => {
  const webhook = { url: `${world.site.url}/flow` };
  const step = { webhook: { url: `${world.site.url}/step` } };
  const workflow = await start({ chain: [echo(1), echo(2, step)], webhook });
  const [arrived] = await world.arrived('/flow');
  const { links, ...summary } = (await world.ask('GET', `/workflows/${workflow.id}`)).body;
  const { steps: _steps, mermaid: _drawing, ...data } = summary;
  expect(eventOf(arrived as never)).toEqual({
    type: 'workflow.succeeded',
    timestamp: data.finishedAt,
    data: { ...data, links },
  });
  verify(await world.secret(), arrived as never);
  const [ofStep] = await world.arrived('/step');
  expect(eventOf(ofStep as never)).toMatchObject({
    type: 'job.succeeded',
    data: { id: summary.steps['step-2'].job, result: { value: 2 } },
  });
  expect(await world.deliveriesOf(workflow.id)).toHaveLength(1);
});

test('a workflow that fails says so, and again when it is resumed and ends', async () => {
  const webhook = { url: `${world.site.url}/resumed` };
  const chain = [
    { type: 'demo.fail', payload: { failures: 1 }, options: { attempts: 1 } },
    echo(1),
  ];
  const { id, steps } = await start({ chain, webhook });
  const [first] = await world.arrived('/resumed');
  expect(eventOf(first as never)).toMatchObject({
    type: 'workflow.failed',
    data: { id, error: { step: 'step-1' } },
  });
  expect((await world.ask('POST', `/jobs/${steps['step-1'].job}/retry`)).status).toBe(202);
  const [, second] = await world.arrived('/resumed', 2);
  expect(eventOf(second as never)).toMatchObject({ type: 'workflow.succeeded', data: { id } });
  expect(second?.headers['webhook-id']).not.toBe(first?.headers['webhook-id']);
});

test('a registered endpoint is told of workflows, and of steps of its types', async () => {
  const { id: flows } = await world.register({
    url: `${world.site.url}/flows`,
    events: ['workflow.failed'],
  });
  const { id: jobs } = await world.register({
    url: `${world.site.url}/jobs`,
    events: ['job.failed', 'job.succeeded'],
    types: ['demo.fail'],
  });
  const { id, steps } = await start({ chain: [echo(1), failing, echo(2)] });
  const [ofFlow] = await world.arrived('/flows');
  expect(eventOf(ofFlow as never).data['id']).toBe(id);
  const [ofJob] = await world.arrived('/jobs');
  expect(eventOf(ofJob as never).data['id']).toBe(steps['step-2'].job);
  for (const endpoint of [flows, jobs]) await world.ask('DELETE', `/webhooks/${endpoint}`);
});

test('a workflow that is canceled says so', async () => {
  const webhook = { url: `${world.site.url}/canceled` };
  const { id } = await start({ chain: [echo(1, { delay: '1h' }), echo(2)], webhook });
  await world.ask('DELETE', `/workflows/${id}`);
  const [arrived] = await world.arrived('/canceled');
  expect(eventOf(arrived as never)).toMatchObject({ type: 'workflow.canceled', data: { id } });
});

test('a workflow that nobody is to be told of has no word of it', async () => {
  const { id } = await start({ chain: [echo(1, { delay: '1h' })] });
  const { redis, keys } = world.api.queues;
  expect(await redis.hexists(keys.inQueue('workflow', 0, id), 'webhook')).toBe(0);
});
