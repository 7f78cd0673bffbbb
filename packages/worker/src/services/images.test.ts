import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
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

test.each([
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')],
  [
    'an SVG that reads a file',
    Buffer.from(
      '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><text y="20">&x;</text></svg>',
    ),
  ],
  ['a PDF', Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>')],
  ['a picture of ImageMagick', Buffer.from('push graphic-context\nviewbox 0 0 1 1\n')],
  ['a raw map of pixels', Buffer.from('P3 1 1 255 255 0 0')],
])('%s is refused', async (_what, input) => {
  await expect(images.render(input, { format: 'png' })).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'image-unreadable',
  });
});

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('reads %s', async (format) => {
  const input = await sharp(await picture(60, 40))
    .toFormat(format)
    .toBuffer();
  expect(await images.render(input, { format: 'png' })).toMatchObject({ width: 60, height: 40 });
});

test('a picture that breaks off in the middle is unreadable', async () => {
  for (const format of ['jpeg', 'png'] as const) {
    const whole = await picture(500, 500, format);
    const half = whole.subarray(0, Math.floor(whole.length / 2));
    await expect(images.render(half, { format: 'webp' })).rejects.toMatchObject({
      code: 'image-unreadable',
    });
  }
});

test('a picture that the format cannot hold is refused', async () => {
  const wide = await picture(20_000, 10);
  await expect(images.render(wide, { format: 'webp' })).rejects.toMatchObject({
    code: 'image-unreadable',
  });
  expect(await images.render(wide, { format: 'webp', width: 100 })).toMatchObject({ width: 100 });
});

test('what is transparent is white as jpeg', async () => {
  const clear = await sharp({
    create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  })
    .png()
    .toBuffer();
  const { data } = await images.render(clear, { format: 'jpeg' });
  const { dominant } = await sharp(data).stats();
  expect(Math.min(dominant.r, dominant.g, dominant.b)).toBeGreaterThan(240);
});

describe('an animation', () => {
  const frame = (background: string) =>
    sharp({ create: { width: 30, height: 20, channels: 3, background } })
      .png()
      .toBuffer();
  const animation = async () =>
    sharp([await frame('red'), await frame('lime'), await frame('blue')], {
      join: { animated: true },
    })
      .gif({ delay: [100, 100, 100] })
      .toBuffer();

  test('stays one as webp where that is asked for', async () => {
    const target = { format: 'webp', width: 15, animated: true } as const;
    const { data, width, height } = await images.render(await animation(), target);
    expect({ width, height }).toEqual({ width: 15, height: 10 });
    expect(await sharp(data, { animated: true }).metadata()).toMatchObject({ pages: 3 });
  });

  test.each([
    { format: 'webp' },
    { format: 'png', animated: true },
    { format: 'jpeg', animated: true },
  ] as const)('becomes its first frame as $format otherwise', async (target) => {
    const { data, width, height } = await images.render(await animation(), target);
    expect({ width, height }).toEqual({ width: 30, height: 20 });
    expect((await sharp(data).metadata()).pages ?? 1).toBe(1);
    const { dominant } = await sharp(data).stats();
    expect(dominant.r).toBeGreaterThan(dominant.g + dominant.b);
  });

  test('counts all frames as pixels', async () => {
    const input = await animation();
    const target = { format: 'webp', animated: true } as const;
    await expect(createImages(1_799).render(input, target)).rejects.toMatchObject({
      code: 'image-unreadable',
      message: expect.stringContaining('pixel'),
    });
    expect(await createImages(1_800).render(input, target)).toMatchObject({ height: 20 });
  });
});
