import { describe, expect, test } from 'vitest';
import { testJobs } from './openapi-of-jobs.ts';
import { testOperating } from './openapi-of-operating.ts';
import { operationsOf, testProblems } from './openapi-of-problems.ts';
import { startTalk } from './openapi-talk.ts';

const talk = startTalk();

describe('what goes well is described', () => {
  testJobs(talk);
  testOperating(talk);
});

describe('what goes wrong is described, for every call', () => testProblems(talk));

/** Answers that no test can bring about at will: nothing that a restart would mend is checked yet. */
const unprovoked = (key: string) => / (500|default)$/.test(key) || key === 'GET /live 503';

test('every status that is described has been seen', () => {
  const described = operationsOf(talk).flatMap(({ method, operation }) => {
    const template = Object.entries(talk.checker.description.paths).find(([, methods]) =>
      Object.values(methods).includes(operation),
    )?.[0];
    return Object.keys(operation.responses).map((status) => `${method} ${template} ${status}`);
  });
  expect(described.filter((it) => !unprovoked(it) && !talk.checker.seen.has(it))).toEqual([]);
});
