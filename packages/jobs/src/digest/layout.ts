/** Text as HTML shows it. */
export const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (sign) =>
      ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign,
  );

const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const ink = '#1f2937';
const faint = '#6b7280';
const line = '#e5e7eb';

/** A table: its columns' titles, and rows of texts. All but the first column are numbers. */
export interface Grid {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const cell = (tag: 'th' | 'td', text: string, at: number): string => {
  const align = at === 0 ? 'left' : 'right';
  const look = tag === 'th' ? `color:${faint};font-weight:600;font-size:12px;` : `color:${ink};`;
  const scope = tag === 'th' ? ' scope="col"' : '';
  return `<${tag}${scope} align="${align}" style="${font}${look}padding:8px 4px;border-bottom:1px solid ${line};text-align:${align};">${escapeHtml(text)}</${tag}>`;
};

const row = (tag: 'th' | 'td', texts: readonly string[]): string =>
  `<tr>${texts.map((text, at) => cell(tag, text, at)).join('')}</tr>`;

export const heading = (text: string): string =>
  `<h2 style="${font}color:${ink};font-size:16px;margin:28px 0 8px;">${escapeHtml(text)}</h2>`;

export const paragraph = (text: string): string =>
  `<p style="${font}color:${ink};font-size:14px;line-height:1.5;margin:0 0 8px;">${escapeHtml(text)}</p>`;

export const table = ({ titles, rows }: Grid): string =>
  `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:14px;"><thead>${row('th', titles)}</thead><tbody>${rows.map((it) => row('td', it)).join('')}</tbody></table>`;

/** A few large numbers side by side, each over what it is. */
export const tiles = (all: readonly { value: string; label: string }[]): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>${all
    .map(
      ({ value, label }) =>
        `<td width="${Math.floor(100 / all.length)}%" style="${font}padding:12px 8px 12px 0;vertical-align:top;"><div style="color:${ink};font-size:22px;font-weight:700;">${escapeHtml(value)}</div><div style="color:${faint};font-size:12px;">${escapeHtml(label)}</div></td>`,
    )
    .join('')}</tr></table>`;

/** A whole document, laid out with tables and inline styles, which is what mail programs show alike. */
export const document = (options: {
  title: string;
  /** Shown by mail programs beside the subject. */
  preview: string;
  body: string;
  footer: string;
}): string => {
  const { title, preview, body, footer } = options;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin:0;padding:0;background:#f3f4f6;">
<div style="display:none;max-height:0;overflow:hidden;">${escapeHtml(preview)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f4f6;"><tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;background:#ffffff;border:1px solid ${line};border-radius:8px;"><tr><td style="padding:24px;">
<h1 style="${font}color:${ink};font-size:20px;margin:0 0 8px;">${escapeHtml(title)}</h1>
${body}
<p style="${font}color:${faint};font-size:12px;margin:28px 0 0;">${escapeHtml(footer)}</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
};

/** The same table as plain text. */
export const textTable = ({ titles, rows }: Grid): string => {
  const all = [titles, ...rows];
  const widths = titles.map((_, at) => Math.max(...all.map((texts) => (texts[at] ?? '').length)));
  const pad = (text: string, at: number) =>
    at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
  return all.map((texts) => texts.map(pad).join('  ').trimEnd()).join('\n');
};
