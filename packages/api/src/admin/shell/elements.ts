import type { Operator } from '../../auth/admin-pages.ts';
import { tokenInput } from './form-token.ts';
import { type Content, type Html, html } from './html.ts';
import { icon } from './icons.ts';

/** A button that writes: a form of its own, which works without scripts. */
export const writeButton = (
  operator: Operator,
  options: {
    /** Where it is sent: `/admin/queues/mail/pause`. */
    action: string;
    label: Content;
    /** What readers of screens are told instead of the label. */
    name?: string;
    fields?: Readonly<Record<string, string>>;
    tone?: 'danger' | 'primary' | 'plain';
    /** Asked before it is sent, by scripts. */
    confirm?: string;
  },
): Html => html`
<form class="inline" method="post" action="${options.action}"${options.confirm !== undefined && html` data-confirm="${options.confirm}"`}>
${tokenInput(operator)}
${Object.entries(options.fields ?? {}).map(
  ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
)}
<button class="button ${options.tone ?? ''}"${options.name !== undefined && html` aria-label="${options.name}"`}>${options.label}</button>
</form>`;

/** The start of a form with several fields; `content` has its fields and its buttons. */
export const writeForm = (
  operator: Operator,
  { action, confirm }: { action: string; confirm?: string },
  content: Content,
): Html => html`
<form class="form" method="post" action="${action}"${confirm !== undefined && html` data-confirm="${confirm}"`}>
${tokenInput(operator)}
${content}
</form>`;

/** A status of a job, workflow or run, in its colour. */
export const statusBadge = (status: string): Html =>
  html`<span class="badge status-${status}">${status}</span>`;

/** A list with nothing in it. */
export const emptyNote = (text: Content): Html => html`<p class="empty dim">${text}</p>`;

/** What cannot be shown now, and why. */
export const missingNote = (what: string, why: string): Html =>
  html`<div class="flash problem" role="status">${icon('warning')}<p>${what}: ${why}</p></div>`;

export interface Column<T> {
  readonly title: string;
  readonly show: (row: T) => Content;
  /** Numbers stand to the right. */
  readonly numeric?: boolean;
  /** Left out where the screen is narrow. */
  readonly wideOnly?: boolean;
}

const classes = ({ numeric, wideOnly }: Pick<Column<never>, 'numeric' | 'wideOnly'>): string =>
  [numeric && 'number', wideOnly && 'wide'].filter(Boolean).join(' ');

/**
 * A table, which scrolls by itself where it is too wide. The link of a row is the first one in it: the
 * keys j, k and Enter go from row to row.
 */
export const table = <T>(options: {
  /** What it lists; readers of screens are told. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  empty?: Content;
}): Html => {
  const { caption, columns, rows, empty = 'Nothing here.' } = options;
  if (rows.length === 0) return emptyNote(empty);
  return html`
<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table class="rows">
<caption class="hidden">${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${classes(column)}">${column.title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>${columns.map((column) => html`<td class="${classes(column)}">${column.show(row)}</td>`)}</tr>\n`,
)}
</tbody>
</table>
</div>`;
};
