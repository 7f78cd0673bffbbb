import { type Content, type Html, html } from '../shell/html.ts';
import { duration } from '../shell/words.ts';

/** Characters of a value that are shown; the API has it whole. */
const shownLength = 100_000;

/** A JSON value, indented, for people; what is very long is cut. */
export const jsonText = (value: unknown): string => {
  const text = JSON.stringify(value, undefined, 2) ?? 'null';
  if (text.length <= shownLength) return text;
  const more = text.length - shownLength;
  return `${text.slice(0, shownLength).toWellFormed()}\n… ${more} more characters`;
};

/** A text as it was written, line by line. It can be focused, because it scrolls. */
export const codeBlock = (text: string, label: string): Html =>
  html`<pre class="code" tabindex="0" role="region" aria-label="${label}">${text}</pre>`;

export const jobPath = (id: string): string => `/admin/jobs/${encodeURIComponent(id)}`;

export const workflowPath = (id: string): string => `/admin/workflows/${encodeURIComponent(id)}`;

/** A job's id, linked to its page. */
export const jobLink = (id: string): Html => html`<a class="mono" href="${jobPath(id)}">${id}</a>`;

/** From one instant to another, or to now; instants are RFC 3339, `now` is in milliseconds. */
export const spanOf = (from: string, to: string | null, now: number): string =>
  duration(Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from)));

/** A query string of what is given; empty for nothing. */
export const toQuery = (
  values: Readonly<Record<string, string | readonly string[] | undefined>>,
): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of value === undefined ? [] : [value].flat()) query.append(name, one);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};

/** A term and what it is, in a list of facts; nothing for what is not there. */
export const fact = (term: string, value: Html | string | false | null | undefined): Html | false =>
  value !== null &&
  value !== undefined &&
  value !== false &&
  value !== '' &&
  html`<dt>${term}</dt><dd>${value}</dd>`;

/** Tags, as they stand beside what they are of. */
export const tagList = (tags: readonly string[]): Html | false =>
  tags.length > 0 &&
  html`<span class="tags">${tags.map((tag) => html`<span class="tag">${tag}</span>`)}</span>`;

/** A part of a page with a heading of its own. */
export const card = (title: string, content: Content, beside?: Content): Html => html`
<section class="card" aria-label="${title}">
<header><h2>${title}</h2>${beside}</header>
${content}
</section>`;

interface TextField {
  name: string;
  label: string;
  value: string | undefined;
  placeholder?: string;
  /** What the field proposes. */
  choices?: readonly string[];
  /** It takes a line, where there is one. */
  wide?: boolean;
}

/** A field of a filter that takes one line of text. */
export const textField = (field: TextField): Html => {
  const { name, label, value = '', placeholder = 'any', choices, wide } = field;
  const list = `${name}-choices`;
  return html`
<div class="field${wide && html` wide-field`}"><label for="filter-${name}">${label}</label>
<input id="filter-${name}" name="${name}" value="${value}" placeholder="${placeholder}" maxlength="1000" autocomplete="off" spellcheck="false"${choices && html` list="${list}"`}>
${choices && html`<datalist id="${list}">${choices.map((choice) => html`<option value="${choice}"></option>`)}</datalist>`}</div>`;
};

/** The field of a filter that says whose things are meant. */
export const tenantField = (value: string | undefined, choices: readonly string[]): Html =>
  textField({ name: 'tenant', label: 'Tenant', value, placeholder: 'all', choices });

/** A field of a filter with a few values. */
export const choiceField = (
  field: { name: string; label: string; value: string | undefined },
  choices: readonly string[],
): Html => html`
<div class="field"><label for="filter-${field.name}">${field.label}</label>
<select id="filter-${field.name}" name="${field.name}"><option value="">any</option>${choices.map(
  (choice) => html`<option${choice === field.value && html` selected`}>${choice}</option>`,
)}</select></div>`;

/** Where lists go on. */
export const pager = (
  links: readonly (readonly [title: string, href: string | false])[],
): Html | false => {
  const there = links.filter(([, href]) => href !== false);
  return (
    there.length > 0 &&
    html`<nav class="pages" aria-label="Pages">${there.map(([title, href]) => html`<a class="button" href="${href}">${title}</a>`)}</nav>`
  );
};
