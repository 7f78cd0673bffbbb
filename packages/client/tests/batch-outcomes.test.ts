import { expect, test } from 'vitest';
import { createClient, DroverError } from '../src/index.ts';
import { type Answerer, jobWith, json, problem, startScripted } from './scripted-server.ts';

const refused = {
  status: 422,
  problem: {
    type: '/problems/invalid-submission',
    title: 'The submission is not valid',
    status: 422,
    detail: 'The payload does not fit demo.sleep.',
    instance: '/jobs/batch',
    errors: [{ pointer: '/payload/ms', message: 'too small' }],
  },
};

const batchOf = async (answer: Answerer) => {
  await using server = await startScripted([answer]);
  return await createClient({ url: server.url, key: 'dev' }).batch([
    { type: 'demo.echo', payload: { value: 1 } },
    { type: 'demo.sleep', payload: { ms: -1 } },
  ]);
};

test('each job has its outcome, at its place', async () => {
  const items = [{ status: 202, job: jobWith() }, refused];
  const report = await batchOf(json(207, { accepted: 1, rejected: 1, items }));
  expect(report).toMatchObject({ accepted: 1, rejected: 1 });
  const [first, second] = report.items;
  expect(first).toMatchObject({ accepted: true, job: { id: 'demo.0.1' } });
  expect(second).toMatchObject({
    accepted: false,
    error: {
      code: 'invalid-submission',
      status: 422,
      errors: [{ pointer: '/payload/ms', message: 'too small' }],
    },
  });
  if (!second.accepted) expect(second.error).toBeInstanceOf(DroverError);
});

test('a batch of which nothing was accepted tells so job by job', async () => {
  const report = await batchOf(json(422, { accepted: 0, rejected: 2, items: [refused, refused] }));
  expect(report.items.map(({ accepted }) => accepted)).toEqual([false, false]);
});

test('a batch that is none at all is an error', async () => {
  await expect(batchOf(problem(422, 'invalid-submission'))).rejects.toMatchObject({
    code: 'invalid-submission',
  });
});
