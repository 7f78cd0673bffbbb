import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineView } from './define-view.ts';
import { createViews } from './registry.ts';

const view = (name: string, ...needs: string[]) =>
  defineView({
    name,
    summary: 'For a test.',
    sql: 'select 1 as n',
    uniqueBy: ['n'],
    columns: { n: z.int() },
    needs,
  });

const names = (views: readonly { name: string }[]) => views.map(({ name }) => name).join();

test('views come after what they need, whatever their order was', () => {
  const views = createViews([view('d', 'b', 'c'), view('b', 'a'), view('c', 'a'), view('a')]);
  expect(names(views.all)).toBe('a,b,c,d');
  const after = (name: string) => {
    const found = views.get(name);
    return found ? names(views.withDependents(found)) : undefined;
  };
  expect(after('a')).toBe('a,b,c,d');
  expect(after('b')).toBe('b,d');
  expect(after('d')).toBe('d');
});

test('views that need each other in a circle are refused, with the circle', () => {
  expect(() => createViews([view('x', 'a'), view('a', 'b'), view('b', 'a')])).toThrow(
    'Views need each other in a circle: a → b → a.',
  );
});

test('a view that needs one that is not there is refused, with the nearest', () => {
  expect(() => createViews([view('sales'), view('top', 'sale')])).toThrow(
    expect.objectContaining({ code: 'view-unknown', message: expect.stringContaining('"sales"') }),
  );
});
