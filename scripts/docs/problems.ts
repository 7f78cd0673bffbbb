import { Problem } from '../../packages/shared/src/http/problem.ts';
import { problemTypes } from '../../packages/shared/src/http/problem-types.ts';
import { code, generatedFrom, page, table } from './markdown.ts';

const message = 'There is no job type "demo.ecko". Did you mean "demo.echo"?';
const example = new Problem('unknown-job-type', `${message} GET /job-types lists all.`, {
  errors: [{ pointer: '/type', message }],
});

const intro = `Every error of the HTTP API is a problem document
([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) of the media type \`application/problem+json\`:

\`\`\`json
${JSON.stringify(example.toBody('/jobs'), null, 2)}
\`\`\`

\`type\` is \`/problems/\` and the code; it never changes, so programs should look at it and at the
status. \`GET\` of it answers with the page of the problem: HTML for a browser, else JSON; \`GET /problems\`
lists all. \`detail\` is for people and may change. \`errors\` comes with most answers of status 422: one
entry for each fault, with a JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) into
the body.`;

/** docs/reference/problems.md */
export const problemsPage = (): string =>
  page(
    generatedFrom('packages/shared/src/http/problem-types.ts'),
    '# Problems',
    intro,
    table(
      ['Code', 'Status', 'Meaning', 'What to do'],
      Object.entries(problemTypes)
        .sort(([, one], [, other]) => one.status - other.status)
        .map(([name, { status, meaning, remedy }]) => [
          code(name),
          String(status),
          meaning,
          remedy,
        ]),
    ),
  );
