import { stripVTControlCharacters } from 'node:util';

// Control characters but the newline; C1 too, which some terminals obey.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** Text of a job or a server, unable to steer the terminal. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replaceAll('\t', '  ').replace(controls, '');

/** The same on one line. */
export const printableLine = (text: string): string => printable(text).replace(/\s*\n\s*/g, ' ');

const beyondJson = /[\u007f-\u009f]/g;

/** JSON that is the same value, but has no character that a terminal obeys. */
export const printableJson = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, undefined, indent) ?? 'null').replace(
    beyondJson,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
