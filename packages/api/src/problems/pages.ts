import { escapeHtml, htmlPage } from '../http/html-page.ts';
import type { ProblemDescription } from './catalog.ts';

const linkTo = ({ code }: ProblemDescription): string =>
  `<a href="/problems/${escapeHtml(code)}"><code>${escapeHtml(code)}</code></a>`;

const sections = (problem: ProblemDescription): string =>
  [
    ['What it means', problem.meaning],
    ['What to do', problem.remedy],
  ]
    .map(([heading = '', text = '']) => `<h2>${heading}</h2>\n<p>${escapeHtml(text)}</p>`)
    .join('\n');

/** The page of one problem. */
export const problemPage = (problem: ProblemDescription): string =>
  htmlPage({
    title: `${problem.title} (${problem.code})`,
    body: `<nav><a href="/problems">All problems</a> · <a href="/docs">API reference</a></nav>
<h1>${escapeHtml(problem.title)}</h1>
<p class="dim">Status ${problem.status}, code <code>${escapeHtml(problem.code)}</code></p>
${sections(problem)}`,
  });

/** The page that lists them all. */
export const problemIndexPage = (problems: readonly ProblemDescription[]): string => {
  const rows = problems.map(
    (problem) =>
      `<tr><td>${problem.status}</td><td>${linkTo(problem)}</td><td>${escapeHtml(problem.title)}</td></tr>`,
  );
  return htmlPage({
    title: 'Problems',
    body: `<nav><a href="/docs">API reference</a></nav>
<h1>Problems</h1>
<p>Every error of this API is a problem document (RFC 9457) whose <code>type</code> is the address of
one of these pages.</p>
<table>
<thead><tr><th>Status</th><th>Code</th><th>Title</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`,
  });
};
