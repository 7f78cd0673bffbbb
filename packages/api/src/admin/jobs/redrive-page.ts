import type { FieldError, Problem } from '@drover/shared/http/problem';
import type { Operator } from '../../auth/admin-pages.ts';
import { statusBadge, writeForm } from '../shell/elements.ts';
import { type Html, html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import { card, jobPath } from './pieces.ts';
import type { ShownJob } from './read-job.ts';

/** What stands in the form, and what is wrong with it. */
export interface Entered {
  /** JSON, or what was meant to be. */
  payload: string;
  problem?: Problem;
}

/** Where in the payload it is, from its beginning. */
const placeOf = ({ pointer }: FieldError): string => pointer.replace(/^\/payload/, '');

const faults = (problem: Problem | undefined): Html | undefined =>
  problem &&
  html`
<div class="fault" id="payload-faults" role="alert">
<p>${problem.message}</p>
${
  problem.errors &&
  html`<ul>${problem.errors.map(
    (err) =>
      html`<li>${placeOf(err) !== '' && html`<code>${placeOf(err)}</code> `}${err.message}</li>`,
  )}</ul>`
}
</div>`;

/** Lines of the field: enough for most payloads, and no more than a screen has. */
const rowsFor = (text: string): number => Math.min(30, Math.max(8, text.split('\n').length + 1));

const field = ({ payload, problem }: Entered, isEditable: boolean): Html => html`
<div class="field whole">
<label for="payload">Payload, as JSON</label>
<textarea id="payload" name="payload" rows="${rowsFor(payload)}" spellcheck="false" autocomplete="off"${!isEditable && html` readonly`}${problem && html` aria-invalid="true" aria-describedby="payload-faults"`}>
${payload}</textarea>
${!isEditable && html`<p class="dim">Jobs of this type are submitted by Drover itself: their payload cannot be changed.</p>`}
${faults(problem)}
</div>`;

/** A dead letter with its payload, which can be changed before it runs again. */
export const redrivePage = (
  { resource }: ShownJob,
  entered: Entered,
  { operator, isEditable }: { operator: Operator; isEditable: boolean },
): Page => {
  const { id, type, error, status } = resource;
  const form = writeForm(
    operator,
    { action: `${jobPath(id)}/redrive` },
    html`${field(entered, isEditable)}
<button class="button primary">Redrive</button>
<a class="button" href="${jobPath(id)}">Back to the job</a>`,
  );
  return {
    title: `Redrive ${type}`,
    trail: html`<a href="/admin/jobs">Jobs</a> / <a class="mono" href="${jobPath(id)}">${id}</a>`,
    body: html`
${
  error &&
  html`<section class="card trouble" aria-label="Error"><h2>Why it failed ${statusBadge(status)}</h2>
<div class="body"><p><code>${error.code}</code></p><p class="message">${error.message}</p></div></section>`
}
${card('Run it again', html`<div class="body"><p class="dim">It keeps its id and its history, and has as many attempts as before.</p>${form}</div>`)}`,
  };
};
