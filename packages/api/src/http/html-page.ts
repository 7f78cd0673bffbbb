import { hash } from 'node:crypto';

const style = `
:root { color-scheme: light dark; --dim: light-dark(#57606a, #9aa4af); --line: light-dark(#d0d7de, #30363d); }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 44rem; font: 1rem/1.6 system-ui, sans-serif;
  color: light-dark(#1f2328, #e6edf3); background: light-dark(#fff, #0d1117); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0 1rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 0.25rem; }
p { margin: 0.25rem 0; }
a { color: light-dark(#0550ae, #79c0ff); }
code { font: 0.9em ui-monospace, monospace; }
nav, .dim { color: var(--dim); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid var(--line); }
`;

/** Policy of a {@link htmlPage}: its own style, and nothing else. */
export const htmlPagePolicy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as it stands in HTML, in an attribute too. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** A page for people, complete in itself. `title` is text, `body` is HTML. */
export const htmlPage = ({ title, body }: { title: string; body: string }): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
