import type { Client } from '../../packages/client/src/index.ts';

/** Asks for something. */
export type Wish = (drover: Client) => Promise<unknown>;

const between = (min: number, max: number) => Math.round(min + Math.random() * (max - min));

/** A picture of 48 × 32 pixels, as a PNG. */
const picture =
  'iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAMAAABjCgsuAAAAA1BMVEUzqmZxbvYdAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAFUlEQVQ4y2NgGAWjYBSMglEwCjABAAYgAAGBkEZAAAAAAElFTkSuQmCC';

const letter = () => ({
  to: `customer${between(1, 500)}@example.com`,
  subject: 'Your order is on its way',
  text: 'It should be with you tomorrow.',
});

/** What is asked for, with how often it is among a hundred. */
export const wishes: readonly (readonly [number, Wish])[] = [
  [40, (drover) => drover.submit('demo.echo', { value: between(1, 1e6) })],
  [20, (drover) => drover.submit('demo.sleep', { ms: between(50, 4_000), steps: 4 })],
  [8, (drover) => drover.submit('demo.fail', { failures: between(1, 2) })],
  [2, (drover) => drover.submit('demo.fail', { failures: 1, permanent: true })],
  [12, (drover) => drover.submit('email.send', letter())],
  [
    6,
    (drover) => drover.submit('demo.echo', { value: 'later' }, { delay: between(1_000, 60_000) }),
  ],
  [
    6,
    (drover) =>
      drover.submit('image.thumbnails', { source: { base64: picture }, widths: [16, 32] }),
  ],
  [1, (drover) => drover.submit('report.generate', { view: 'sales_by_region', format: 'csv' })],
  [5, (drover) => drover.views.page('sales_by_region')],
];

const total = wishes.reduce((sum, [weight]) => sum + weight, 0);

/** One of them by chance. */
export const pickWish = (): Wish => {
  let left = Math.random() * total;
  for (const [weight, wish] of wishes) {
    left -= weight;
    if (left < 0) return wish;
  }
  return wishes[0]?.[1] ?? (async () => undefined);
};
