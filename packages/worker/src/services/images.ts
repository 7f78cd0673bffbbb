import { PermanentError } from '@drover/jobs/definition/errors';
import type { Images } from '@drover/jobs/definition/services';
import type { ImageFormat } from '@drover/jobs/fields/image';
import { toError } from '@drover/shared/errors';
import sharp from 'sharp';

/** Largest picture taken, in pixels: a small file can unpack to gigabytes. */
const maxInputPixels = 50_000_000;

/**
 * How hard each encoder tries. A picture at work cannot be interrupted: AVIF at its usual effort takes
 * minutes for what it does in seconds at this one, and is hardly smaller.
 */
const effort: Partial<Record<ImageFormat, number>> = { avif: 2 };

/** Pictures by sharp (libvips). */
export const createImages = (): Images => {
  // The queue's concurrency is the number of pictures at work; each takes one thread and keeps no cache.
  sharp.concurrency(1);
  sharp.cache(false);

  return {
    render: async (input, { format, width, quality }) => {
      try {
        const picture = sharp(input, { limitInputPixels: maxInputPixels })
          .autoOrient()
          .resize({ ...(width !== undefined && { width }), withoutEnlargement: true })
          .toFormat(format, {
            ...(quality !== undefined && { quality }),
            ...(effort[format] !== undefined && { effort: effort[format] }),
          });
        const { data, info } = await picture.toBuffer({ resolveWithObject: true });
        return { data, mediaType: `image/${format}`, width: info.width, height: info.height };
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
