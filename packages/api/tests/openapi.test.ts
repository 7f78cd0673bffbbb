import { Validator } from '@seriousme/openapi-schema-validator';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireOperations } from '../src/openapi/registry.ts';
import { type Checker, createChecker, type Description } from './openapi-checker.ts';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
let checker: Checker;
let description: Description;
beforeAll(async () => {
  api = await startApi();
  checker = await createChecker(api);
  ({ description } = checker);
});
afterAll(() => api[Symbol.asyncDispose]());

const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test('the description is open to all and can be asked for again', async () => {
  const { status, headers } = await api.ask('/openapi.json', { key: null });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  const etag = headers.get('etag') ?? '';
  const again = await api.ask('/openapi.json', { key: null, headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
});

test('it is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate({ ...structuredClone(description) })).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('it has every call of the contract, each with its roles and its errors', () => {
  const calls = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  expect(calls.toSorted()).toEqual(
    [
      'POST /jobs',
      'POST /jobs/batch',
      'GET /jobs',
      'GET /jobs/export',
      'POST /jobs/cancel',
      'POST /jobs/retry',
      'GET /jobs/{id}',
      'DELETE /jobs/{id}',
      'GET /jobs/{id}/events',
      'GET /jobs/{id}/logs',
      'GET /jobs/{id}/artifacts/{name}',
      'POST /jobs/{id}/retry',
      'POST /workflows',
      'GET /workflows',
      'GET /workflows/{id}',
      'DELETE /workflows/{id}',
      'GET /workflows/{id}/events',
      'GET /stats',
      'GET /views',
      'GET /views/{name}',
      'GET /schedules',
      'GET /schedules/{id}',
      'PUT /schedules/{id}',
      'PATCH /schedules/{id}',
      'DELETE /schedules/{id}',
      'POST /schedules/{id}/trigger',
      'DELETE /cache',
      'DELETE /cache/{name}',
      'DELETE /cache/{name}/{key}',
      'GET /dead-letters',
      'DELETE /dead-letters',
      'GET /dead-letters/groups',
      'POST /dead-letters/redrive',
      'GET /dead-letters/{id}',
      'DELETE /dead-letters/{id}',
      'POST /dead-letters/{id}/redrive',
      'GET /webhooks',
      'POST /webhooks',
      'GET /webhooks/{id}',
      'PATCH /webhooks/{id}',
      'DELETE /webhooks/{id}',
      'POST /webhooks/{id}/test',
      'GET /webhooks/secret',
      'POST /webhooks/secret/rotate',
      'GET /webhooks/deliveries',
      'GET /webhooks/deliveries/{id}',
      'POST /webhooks/deliveries/{id}/replay',
      'GET /queues',
      'GET /queues/{name}',
      'PATCH /queues/{name}',
      'POST /queues/{name}/pause',
      'POST /queues/{name}/resume',
      'GET /workers',
      'GET /audit',
      'GET /job-types',
      'GET /job-types/{type}',
      'GET /live',
      'GET /ready',
      'GET /health',
      'GET /metrics',
    ].toSorted(),
  );
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of operations()) {
    const isOpen = ['/live', '/ready', '/health', '/metrics'].includes(path);
    const statuses = Object.keys(operation.responses);
    expect(statuses).toEqual(expect.arrayContaining(isOpen ? ['500'] : ['401', '403', '503']));
  }
});

/** Every media type of every operation, with where it stands. */
const media = () => {
  const within = (pointer: string, content: object | undefined) =>
    Object.entries(content ?? {}).map(([type, it]) => ({
      pointer: `${pointer}/content/${type.replaceAll('/', '~1')}`,
      examples: Object.entries(
        (it as { examples?: Record<string, { value: unknown }> }).examples ?? {},
      ),
    }));
  return [
    ...operations().flatMap(({ path, method, operation }) => {
      const pointer = `/paths/${path.replaceAll('/', '~1')}/${method}`;
      const answers = Object.entries(operation.responses).flatMap(([status, answer]) =>
        within(`${pointer}/responses/${status}`, 'content' in answer ? answer.content : undefined),
      );
      return [...within(`${pointer}/requestBody`, operation.requestBody?.content), ...answers];
    }),
    ...Object.entries(description.components.responses).flatMap(([name, answer]) =>
      within(`/components/responses/${name}`, answer.content),
    ),
  ];
};

test('every example fits the schema that it stands beside', () => {
  const examples = media().flatMap(({ pointer, examples }) =>
    examples.map(([name, { value }]) => ({ pointer, name, value })),
  );
  expect(examples.length).toBeGreaterThan(40);
  for (const { pointer, name, value } of examples) {
    const validate = checker.validator(`${pointer}/schema`);
    expect({ pointer, name, ok: validate(value), errors: validate.errors }).toEqual({
      pointer,
      name,
      ok: true,
      errors: null,
    });
  }
});

test('each job type has a payload, a result, a submission and a job of its own', async () => {
  const { body } = await api.ask('/job-types');
  const submit = checker.validator('/components/schemas/Submission');
  for (const { type } of body.items) expect(submit({ type, payload: 7 })).toBe(false);
  expect(submit({ type: 'demo.echo', payload: { value: 7 } })).toBe(true);
  expect(submit({ type: 'demo.sleep', payload: { value: 7 } })).toBe(false);
  expect(submit({ type: 'nothing', payload: {} })).toBe(false);
  expect(Object.keys(description.components.schemas)).toEqual(
    expect.arrayContaining([
      'EmailSendPayload',
      'EmailSendResult',
      'EmailSendSubmission',
      'EmailSendJob',
    ]),
  );
});

test('the submissions of the examples are accepted', async () => {
  const content = description.paths['/jobs']?.['post']?.requestBody?.content['application/json'];
  for (const { value } of Object.values(content?.examples ?? {})) {
    expect((await api.submit(value)).status).toBe(202);
  }
});

test('production describes no demonstration types', async () => {
  await using production = await startApi({ NODE_ENV: 'production' });
  const { text } = await production.ask('/openapi.json', { key: null });
  expect(text).not.toContain('DemoEcho');
});

test('a route of the API without an operation keeps the server from starting', async () => {
  const app = fastify();
  const registered = app.register(async (scope) => {
    requireOperations(scope);
    scope.get('/secret', async () => 'undescribed');
  });
  await expect(registered).rejects.toMatchObject({ code: 'route-undescribed' });
});
