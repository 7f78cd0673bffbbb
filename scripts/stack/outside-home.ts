import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';

/** For what must be within reach of another user although only root can enter the checkout. */
export const outsideHomes = '/var/lib/drover';

/**
 * The folder outside that stands for a checkout or a data folder: readable by its name, unique by its
 * hash; the same for a checkout and its `.drover`.
 */
export const outsideHomeOf = (path: string): string => {
  const subject = path.replace(/\/(\.drover\/?)?$/, '');
  const hash = createHash('sha256').update(subject).digest('hex').slice(0, 10);
  return join(outsideHomes, `${basename(subject)}-${hash}`);
};
