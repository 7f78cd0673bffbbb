import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseSubmission } from '../../packages/jobs/src/adding/submission.ts';
import { createCatalog, jobTypes } from '../../packages/jobs/src/catalog.ts';
import type { JobContext } from '../../packages/jobs/src/definition/context.ts';
import type { JobType } from '../../packages/jobs/src/definition/define-job.ts';
import { parseSchedule } from '../../packages/jobs/src/schedules/check-input.ts';

const root = resolve(import.meta.dirname, '../..');
const jobsFolder = join(root, 'packages/jobs/src/');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The guide's job file, loaded as if it stood where the guide puts it. */
const loadGuidesJob = async (): Promise<JobType> => {
  const [, block = ''] =
    /```ts\n(.*?defineJob.*?)```/s.exec(read('docs/guides/add-a-job-type.md')) ?? [];
  const require = createRequire(jobsFolder);
  const source = block
    .replaceAll("from './", `from '${pathToFileURL(jobsFolder).href}`)
    .replaceAll("from 'zod'", `from '${pathToFileURL(require.resolve('zod')).href}'`);
  const folder = mkdtempSync(join(tmpdir(), 'drover-guide-'));
  try {
    const file = join(folder, 'file-checksum.ts');
    writeFileSync(file, source);
    return (await import(file)).fileChecksum;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const guidesJob = await loadGuidesJob();
// Whoever follows the guide in this checkout has the type twice.
const others = jobTypes.filter(({ type }) => type !== guidesJob.type);
const catalog = createCatalog({ production: false, types: [...others, guidesJob] });

const pages = globSync(['README.md', 'docs/**/*.md'], { cwd: root });
const bodies = pages.flatMap((page) =>
  [...read(page).matchAll(/-d '(\{.*?\})'/g)].map(([, body = '']) => ({ page, body })),
);

const [schedules = [], submissions = []] = [true, false].map((wanted) =>
  bodies.filter(({ body }) => /"(?:cron|every)":/.test(body) === wanted),
);

describe('examples to paste', () => {
  test.each(schedules)('$page makes a schedule that is accepted: $body', ({ body }) => {
    const webhooks = {
      directory: { forJob: () => [], forWorkflow: () => [] },
      mayReach: () => true,
    };
    const made = { tenant: 'dev', id: 'example', catalog, webhooks };
    expect(() => parseSchedule(JSON.parse(body), made)).not.toThrow();
  });

  test.each(submissions.filter(({ body }) => !body.includes('demo.ecko')))(
    '$page submits a job that is accepted: $body',
    ({ body }) => {
      expect(() => parseSubmission(JSON.parse(body), catalog)).not.toThrow();
    },
  );

  test('the mistake that the quick start makes on purpose is one', () => {
    const mistake = bodies.find(({ body }) => body.includes('demo.ecko'));
    expect(() => parseSubmission(JSON.parse(mistake?.body ?? ''), catalog)).toThrow('demo.echo');
  });
});

describe('the worked example of "Add a job type"', () => {
  const run = async (payload: Record<string, unknown>) => {
    const context = {
      payload: guidesJob.payload.parse({ source: { base64: 'aGVsbG8=' }, ...payload }),
      services: { sources: { read: async () => Buffer.from('hello') } },
      log: { info: () => undefined },
    };
    return guidesJob.run(context as unknown as JobContext<unknown>);
  };
  const checksum = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

  test('does what the guide says', async () => {
    const result = await run({});
    expect(guidesJob.result.parse(result)).toEqual({ checksum, bytes: 5 });
    expect(read('docs/guides/add-a-job-type.md')).toContain(JSON.stringify(result));
    expect(await run({ expected: checksum.toUpperCase() })).toEqual(result);
  });

  test('fails for good as the guide says', async () => {
    await expect(run({ expected: '00' })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'checksum-mismatch',
      message: `the checksum is ${checksum}`,
    });
  });
});
