import { escapeHtml } from '../../http/html-page.ts';

/** Nothing that was parsed from a client's text can have a property of this name. */
const markup = Symbol('markup');

/** A piece of HTML. Only {@link html} makes it. */
export interface Html {
  readonly [markup]: string;
}

/** What may stand in a template: texts are escaped, nothing is shown of what is not there. */
export type Content =
  | Html
  | string
  | number
  | bigint
  | null
  | undefined
  | false
  | readonly Content[];

/**
 * Characters that would make a text look like another one (Trojan Source), and control characters that
 * HTML does not allow: each is shown as the code that it is.
 */
const deceptive = /(?![\t\n\r])[\p{Control}\p{Bidi_Control}]/gu;

const disclose = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const toMarkup = (content: Content): string => {
  if (content === null || content === undefined || content === false) return '';
  if (typeof content === 'string') return escapeHtml(content.replace(deceptive, disclose));
  if (typeof content === 'object' && markup in content) return content[markup];
  if (typeof content === 'object') return content.map(toMarkup).join('');
  return String(content);
};

/**
 * HTML with values in it: all texts are escaped, in attributes too when these stand in quotes.
 * A value is never a whole tag, attribute name, style or script.
 */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Html => ({
  [markup]: parts.reduce((text, part, n) => text + toMarkup(values[n - 1]) + part),
});

/** The text of a whole document. */
export const render = (page: Html): string => page[markup];
