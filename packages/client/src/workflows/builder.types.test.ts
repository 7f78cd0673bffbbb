import { describe, expectTypeOf, test } from 'vitest';
import { buildWorkflow } from './builder.ts';
import { failure, orElse } from './references.ts';
import type { Workflow } from './workflow.ts';

const source = { url: 'https://example.com/cat.png' };

describe('results flow into payloads with their types', () => {
  const flow = buildWorkflow();
  const optimize = flow.step('optimize', 'image.optimize', { source, format: 'webp' });
  const { artifact } = optimize.result;

  test('where they fit', () => {
    flow.step('thumbs', 'image.thumbnails', { source: { artifact }, widths: [200] });
    flow.step('mail', 'email.send', { to: 'a@b.de', subject: 'x', text: artifact.url });
    flow.step('echo', 'demo.echo', { value: [artifact, { size: artifact.size }] });
    const steps = flow.toJSON();
    expectTypeOf(steps).toBeObject();
  });

  test('and nowhere else', () => {
    // @ts-expect-error a size is no text
    flow.step('bad-1', 'email.send', { to: 'a@b.de', subject: 'x', text: artifact.size });
    // @ts-expect-error there is no such property
    flow.step('bad-2', 'demo.echo', { value: artifact.nothing });
    // @ts-expect-error a whole result is no duration
    flow.step('bad-3', 'demo.sleep', { ms: optimize.result });
    // @ts-expect-error there is no such job type
    flow.step('bad-4', 'image.optimise', { source, format: 'webp' });
  });

  test('what serves instead must fit, too', () => {
    const text = orElse(artifact.url, 'no picture');
    flow.step('mail-2', 'email.send', { to: 'a@b.de', subject: 'x', text });
    // @ts-expect-error a number is no text
    flow.step('bad-5', 'email.send', { to: 'a@b.de', subject: 'x', text: orElse(artifact.url, 1) });
  });

  test('errors have their types', () => {
    flow.step('sorry', 'email.send', { to: 'a@b.de', subject: 'x', text: failure.message });
  });

  test('results can be read with their types', () => {
    const read = (workflow: Workflow) => optimize.resultIn(workflow)?.artifact.name;
    expectTypeOf(read).returns.toEqualTypeOf<string | undefined>();
  });
});
