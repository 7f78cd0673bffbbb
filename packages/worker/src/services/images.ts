import { PermanentError } from '@drover/jobs/definition/errors';
import type { Images } from '@drover/jobs/definition/services';
import type { ImageFormat } from '@drover/jobs/fields/image';
import { toError } from '@drover/shared/errors';
import sharp, { type Sharp } from 'sharp';

/** Largest picture taken, in pixels: a small file can unpack to gigabytes. */
const defaultMaxPixels = 50_000_000;

/** Longest work on one picture, in seconds: it cannot be interrupted from outside. */
const maxSeconds = 110;

/**
 * How hard each encoder tries. AVIF at its usual effort takes minutes for what it does in seconds at
 * this one, and is hardly smaller.
 */
const effort: Partial<Record<ImageFormat, number>> = { avif: 2 };

/**
 * What is read: pictures made of pixels. Not SVG and PDF, which can refer to other files, nor what
 * the library would hand to ImageMagick and others of many parsers.
 */
const readers = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadHeifBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadTiffBuffer',
];

/** Formats that have no transparency show it as this. */
const paper = '#ffffff';

const encode = (picture: Sharp, format: ImageFormat, quality: number | undefined): Sharp => {
  const opaque = format === 'jpeg' ? picture.flatten({ background: paper }) : picture;
  return opaque.toFormat(format, {
    ...(quality !== undefined && { quality }),
    ...(effort[format] !== undefined && { effort: effort[format] }),
  });
};

/**
 * Pictures by sharp (libvips).
 * @param maxPixels largest picture taken, all frames together.
 */
export const createImages = (maxPixels: number = defaultMaxPixels): Images => {
  // The queue's concurrency is the number of pictures at work; each takes one thread and keeps no cache.
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: readers });

  return {
    render: async (input, { format, width, quality, animated = false }) => {
      try {
        const picture = sharp(input, {
          limitInputPixels: maxPixels,
          animated: animated && format === 'webp',
        })
          .timeout({ seconds: maxSeconds })
          .autoOrient()
          .resize({ ...(width !== undefined && { width }), withoutEnlargement: true });
        const encoded = encode(picture, format, quality);
        const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
        // The frames of an animation are stacked; each is as high as a page.
        const height = info.pageHeight ?? info.height;
        return { data, mediaType: `image/${format}`, width: info.width, height };
      } catch (thrown) {
        const err = toError(thrown);
        throw new PermanentError(`the source is not a picture that can be read: ${err.message}`, {
          code: 'image-unreadable',
          cause: err,
        });
      }
    },
  };
};
