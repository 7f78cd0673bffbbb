import { Problem } from '@drover/shared/http/problem';
import type { FastifyError } from 'fastify';
import { toProblem } from '../../errors/problem-handler.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';

/** What a problem is to a person. */
export const problemPage = (problem: Problem, requestId: string): Page => ({
  title: problem.title,
  status: problem.status,
  body: html`
<section class="card empty">
<p>${problem.message}</p>
${
  problem.errors &&
  html`<ul>${problem.errors.map(({ pointer, message }) => html`<li><code>${pointer || '/'}</code> ${message}</li>`)}</ul>`
}
<p class="dim">Status ${problem.status} · request <code>${requestId}</code> · <a href="/problems/${problem.code}">what this means</a></p>
<p><a href="/admin">Back to the overview</a></p>
</section>`,
});

/** The same of whatever was thrown. */
export const problemOf = (err: FastifyError | Error): Problem => toProblem(err);

export const nothingHere = (): Problem =>
  new Problem('not-found', 'There is no page at this address.');
