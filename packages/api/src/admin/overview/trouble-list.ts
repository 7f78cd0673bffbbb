import { type Html, html } from '../shell/html.ts';
import { icon } from '../shell/icons.ts';
import type { Trouble } from './troubles.ts';

const item = ({ serious, title, detail, link }: Trouble): Html => html`
<li${serious && html` class="serious"`}>${icon('warning')}<strong>${serious && html`<span class="hidden">Serious: </span>`}${title}</strong>${link && html`<a class="more" href="${link.to}">${link.text}</a>`}<p>${detail}</p></li>`;

/** What is wrong, or that nothing is. */
export const troubleList = (troubles: readonly Trouble[]): Html =>
  troubles.length === 0
    ? html`<p class="calm">${icon('check')}Nothing is wrong that can be seen from here.</p>`
    : html`<ul class="troubles">${troubles.map(item)}</ul>`;
