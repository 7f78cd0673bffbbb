import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createImages } from './images.ts';

const images = createImages();

/** A real picture with a gradient, so that formats have something to do. */
const picture = (width: number, height: number, format: 'png' | 'jpeg' = 'png') =>
  sharp({ create: { width, height, channels: 3, background: '#3478c1' } })
    .toFormat(format)
    .toBuffer();

test.each(['webp', 'avif', 'jpeg', 'png'] as const)('renders %s', async (format) => {
  const rendered = await images.render(await picture(600, 400), { format, width: 300 });
  expect(rendered).toMatchObject({ width: 300, height: 200, mediaType: `image/${format}` });
  const metadata = await sharp(rendered.data).metadata();
  expect(metadata).toMatchObject({ width: 300, height: 200 });
  expect(format === 'avif' ? 'heif' : format).toBe(metadata.format);
});

test('never enlarges', async () => {
  const rendered = await images.render(await picture(100, 50), { format: 'png', width: 400 });
  expect(rendered).toMatchObject({ width: 100, height: 50 });
});

test('turns a picture upright and drops its metadata', async () => {
  const lying = await sharp(await picture(300, 200, 'jpeg'))
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const rendered = await images.render(lying, { format: 'jpeg' });
  expect(rendered).toMatchObject({ width: 200, height: 300 });
  expect(await sharp(rendered.data).metadata()).not.toHaveProperty('exif');
});

test('a lower quality makes a smaller file', async () => {
  const noise = await sharp({
    create: {
      width: 256,
      height: 256,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .png()
    .toBuffer();
  const [low, high] = await Promise.all([
    images.render(noise, { format: 'jpeg', quality: 20 }),
    images.render(noise, { format: 'jpeg', quality: 95 }),
  ]);
  expect(low.data.length).toBeLessThan(high.data.length / 2);
});

test.each([
  ['text', Buffer.from('this is no picture')],
  ['nothing', Buffer.alloc(0)],
  ['a PNG that breaks off', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
])('%s is unreadable, for good', async (_what, input) => {
  await expect(images.render(input, { format: 'webp' })).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'image-unreadable',
  });
});

test('a small file that unpacks to too many pixels is refused', async () => {
  const bomb = await picture(9_000, 6_000);
  expect(bomb.length).toBeLessThan(1_000_000);
  await expect(images.render(bomb, { format: 'webp', width: 10 })).rejects.toMatchObject({
    code: 'image-unreadable',
    message: expect.stringContaining('pixel'),
  });
});
