import type { JobResource } from '../contract/job-resource.ts';

/** So much of a job's texts is searched, in characters: a payload may be a whole document. */
const maxLength = 8_192;

/** Levels of a payload that are looked at. */
const maxDepth = 32;

/** The texts and numbers of a payload in their order, each with a space after it, until there are enough. */
const textsOf = (value: unknown, room: number, depth = 0): string => {
  if (room <= 0 || depth > maxDepth) return '';
  if (typeof value === 'string') return `${value.slice(0, room)} `;
  if (typeof value === 'number') return `${value} `;
  if (typeof value !== 'object' || value === null) return '';
  let texts = '';
  for (const item of Object.values(value)) {
    texts += textsOf(item, room - texts.length, depth + 1);
    if (texts.length >= room) break;
  }
  return texts;
};

/** `image.thumbnails` is found by each of its parts, too. */
const partsOf = (type: string): string => `${type} ${type.replaceAll(/[.-]/g, ' ')}`;

/**
 * The text that a search looks through: type, tags, error, and the payload's texts. Postgres makes words
 * of it.
 */
export const searchedText = ({ type, tags, error, payload }: JobResource): string => {
  const failure = error ? `${error.code} ${error.message}` : '';
  const known = `${partsOf(type)} ${tags.join(' ')} ${failure} `.slice(0, maxLength);
  return known + textsOf(payload, maxLength - known.length);
};
