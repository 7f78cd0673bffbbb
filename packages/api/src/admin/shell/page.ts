import type { Operator } from '../../auth/admin-pages.ts';
import type { AddressOf } from './assets.ts';
import type { Flash } from './flash.ts';
import { type Content, type Html, html } from './html.ts';
import { icon } from './icons.ts';
import { type SectionName, sections } from './navigation.ts';

/** What a page shows, inside the frame that all have in common. */
export interface Page {
  /** The heading, and what the window is named after. */
  readonly title: string;
  readonly body: Content;
  /** Beside the heading: buttons, or a range to choose. */
  readonly actions?: Content;
  /** Before the heading: links to where this belongs. */
  readonly trail?: Content;
  /** Default 200. */
  readonly status?: number;
  /** The parts marked `data-live` are brought up to date this often, in seconds; default never. */
  readonly liveSeconds?: number;
}

/** The pages run nothing but their own files, and ask nobody but us. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface Frame {
  readonly addressOf: AddressOf;
  readonly operator: Operator;
  readonly section: SectionName | undefined;
  readonly flash: Flash | undefined;
  /** What stands in the search field. */
  readonly searched: string;
}

const navigation = (current: SectionName | undefined): Html => html`
<nav class="nav" aria-label="Sections">
<ul>
${sections.map(
  ({ name, title, path, icon: sign, key }) => html`
<li><a href="${path}" data-key="${key}"${name === current && html` aria-current="page"`}>${icon(sign)}<span>${title}</span></a></li>`,
)}
</ul>
</nav>`;

const searchField = (searched: string): Html => html`
<form class="search" role="search" action="/admin/jobs" method="get">
${icon('search')}
<label class="hidden" for="search">Search jobs by id, word of the payload or error</label>
<input id="search" type="search" name="text" value="${searched}" maxlength="500" placeholder="Search jobs: id, error, payload…" autocomplete="off" spellcheck="false" aria-keyshortcuts="/">
<kbd aria-hidden="true">/</kbd>
</form>`;

const notice = ({ tone, text }: Flash): Html => html`
<div class="flash ${tone}" role="${tone === 'problem' ? 'alert' : 'status'}">${icon(tone === 'problem' ? 'warning' : 'check')}<p>${text}</p></div>`;

const shortcuts: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'Search'],
  ...sections.map(({ key, title }) => [['g', key], title] as const),
  [['j'], 'Next row'],
  [['k'], 'Row before'],
  [['Enter'], 'Open the row'],
  [['?'], 'This help'],
  [['Esc'], 'Close, or leave a field'],
];

const help: Html = html`
<dialog id="shortcuts" aria-labelledby="shortcuts-title">
<h2 id="shortcuts-title">Keyboard shortcuts</h2>
<dl class="shortcuts">
${shortcuts.map(
  ([keys, what]) =>
    html`<div><dt>${what}</dt><dd>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dd></div>`,
)}
</dl>
<form method="dialog"><button class="button">Close</button></form>
</dialog>
<dialog id="confirm" aria-labelledby="confirm-title">
<h2 id="confirm-title">Are you sure?</h2>
<p id="confirm-text"></p>
<form method="dialog" class="row"><button class="button" value="cancel">Cancel</button><button class="button danger" value="confirm">Go on</button></form>
</dialog>`;

const head = (title: string, addressOf: AddressOf): Html => html`
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Drover</title>
<link rel="icon" href="${addressOf('icon.svg')}">
<link rel="stylesheet" href="${addressOf('uplot.css')}">
<link rel="stylesheet" href="${addressOf('admin.css')}">
<script type="module" src="${addressOf('admin.js')}"></script>
</head>`;

/** The whole document of a page. */
export const layOut = (page: Page, frame: Frame): Html => html`<!doctype html>
<html lang="en">
${head(page.title, frame.addressOf)}
<body${page.liveSeconds !== undefined && html` data-live-seconds="${page.liveSeconds}"`}>
<a class="skip" href="#content">Skip to the content</a>
<header class="side">
<a class="brand" href="/admin"><img src="${frame.addressOf('icon.svg')}" alt="" width="22" height="22">Drover</a>
${navigation(frame.section)}
<div class="who">
<button type="button" class="plain" data-opens="shortcuts" hidden>${icon('keyboard')}<span>Shortcuts</span><kbd aria-hidden="true">?</kbd></button>
<a href="/docs">API reference</a>
<p title="Signed in with a key of the tenant ${frame.operator.tenant}"><bdi>${frame.operator.user || 'no name'}</bdi> · <bdi>${frame.operator.tenant}</bdi></p>
</div>
</header>
<div class="main">
<div class="bar">${searchField(frame.searched)}<span class="pulse" id="pulse" role="status" hidden></span></div>
<main id="content" tabindex="-1">
${frame.flash && notice(frame.flash)}
${page.trail && html`<p class="trail">${page.trail}</p>`}
<div class="title"><h1>${page.title}</h1>${page.actions && html`<div class="actions">${page.actions}</div>`}</div>
${page.body}
</main>
</div>
${help}
</body>
</html>
`;
