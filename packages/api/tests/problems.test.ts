import { problemTypes } from '@drover/shared/http/problem-types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const visit = (path: string, accept: string) => api.ask(path, { key: null, headers: { accept } });
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

test('the type of a problem leads to what it means and what to do', async () => {
  const { body: problem } = await api.ask('/jobs/nonsense');
  const answer = await visit(problem.type, 'application/json');
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    code: 'job-not-found',
    ...problemTypes['job-not-found'],
  });
});

test.each([
  [browser, 'text/html; charset=utf-8'],
  ['text/html', 'text/html; charset=utf-8'],
  ['application/json', 'application/json; charset=utf-8'],
  ['text/html;q=0.1, application/json', 'application/json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
  ['image/png', 'application/json; charset=utf-8'],
])('Accept: %s is answered with %s', async (accept, type) => {
  const answer = await visit('/problems/rate-limited', accept);
  expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
    status: 200,
    type,
  });
  expect(answer.headers.get('vary')).toMatch(/accept/);
});

test('every problem has a page, and the list leads to each', async () => {
  const { text: index } = await visit('/problems', browser);
  const { body: list } = await visit('/problems', 'application/json');
  expect(list.items.map((item: { code: string }) => item.code).toSorted()).toEqual(
    Object.keys(problemTypes).toSorted(),
  );
  for (const { code, title, remedy } of list.items) {
    expect(index).toContain(`href="/problems/${code}"`);
    const page = await visit(`/problems/${code}`, browser);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`<h1>${title}</h1>`);
    expect(page.text).toContain(remedy.split('"')[0]);
  }
});

test.each(['job-not-fund', '__proto__', 'constructor', '%3Cscript%3E'])(
  'there is no problem %s',
  async (code) => {
    const answer = await visit(`/problems/${code}`, browser);
    expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
  },
);

test('a page runs no script and is kept by caches for a while', async () => {
  const { headers, text } = await visit('/problems/internal', browser);
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(headers.get('cache-control')).toBe('public, max-age=300');
  expect(text).not.toContain('<script');
});
