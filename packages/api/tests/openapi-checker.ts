import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { RunningApi } from './running-api.ts';

interface Media {
  schema?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface DescribedAnswer {
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}

export interface DescribedOperation {
  operationId: string;
  parameters?: { in: string; name: string; schema: Record<string, unknown> }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, DescribedAnswer | { $ref: string }>;
}

/** The description that an API serves, as far as tests look into it. */
export interface Description {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: {
    headers: Record<string, unknown>;
    responses: Record<string, DescribedAnswer>;
    schemas: Record<string, unknown>;
  };
}

export interface CheckedAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** Checks answers against the description. */
export interface Checker {
  readonly description: Description;
  /** @throws an error that says in what the answer differs. */
  check(request: { method: string; path: string }, answer: CheckedAnswer): void;
  /** The schema at a JSON Pointer into the description. */
  validator(pointer: string): ValidateFunction;
  /** `GET /jobs/{id} 200` for each operation and status that was checked. */
  readonly seen: ReadonlySet<string>;
}

/** Problems of requests that reach no route; they alone may be left to `default`. */
const beforeRoutes = [408, 417, 431];

const escapePointer = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');

const pathPattern = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);

const createAjv = (description: Description) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  formats.default(ajv);
  ajv.addFormat('base64', true);
  ajv.addSchema(description, 'description');
  return ajv;
};

export const createChecker = async (api: RunningApi): Promise<Checker> => {
  const description: Description = (await api.ask('/openapi.json', { key: null })).body;
  const ajv = createAjv(description);
  const seen = new Set<string>();

  const validator = (pointer: string): ValidateFunction => {
    const reference = `description#${encodeURI(pointer)}`;
    const found = ajv.getSchema(reference);
    if (!found) throw new Error(`there is no schema at ${pointer}`);
    return found;
  };

  /** The operation of a request; paths without parameters come first. */
  const find = (method: string, path: string) => {
    const templates = Object.keys(description.paths).sort(
      (one, other) => one.split('{').length - other.split('{').length,
    );
    const template = templates.find((it) => pathPattern(it).test(path));
    const name = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = template && description.paths[template]?.[name];
    if (!operation) throw new Error(`${method} ${path} is not described`);
    return { template, name, operation };
  };

  /** The described answer of a status, and where it stands. */
  const answerOf = (place: ReturnType<typeof find>, status: number) => {
    const { template, name, operation } = place;
    const key = operation.responses[status]
      ? String(status)
      : beforeRoutes.includes(status) && 'default';
    const answer = key && operation.responses[key];
    if (!answer) throw new Error('the status is not described');
    if ('$ref' in answer) {
      const component = answer.$ref.split('/').at(-1) ?? '';
      const resolved = description.components.responses[component];
      if (!resolved) throw new Error(`${answer.$ref} leads nowhere`);
      return { answer: resolved, pointer: answer.$ref.slice(1) };
    }
    return { answer, pointer: `/paths/${escapePointer(template)}/${name}/responses/${key}` };
  };

  const checkHeaders = (answer: DescribedAnswer, headers: Headers) => {
    for (const header of Object.keys(description.components.headers)) {
      if (headers.has(header) && !answer.headers?.[header]) {
        throw new Error(`the header ${header} is not described`);
      }
    }
    for (const header of ['x-request-id', 'cache-control']) {
      if (!headers.has(header)) throw new Error(`the header ${header} is missing`);
    }
  };

  const checkBody = (
    { answer, pointer }: ReturnType<typeof answerOf>,
    { headers, text }: CheckedAnswer,
  ) => {
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const content = answer.content ?? {};
    const name = type in content ? type : '*/*';
    if (!(name in content)) {
      if (text === '' && type === '') return;
      throw new Error(`the media type "${type}" is not described`);
    }
    if (!/\bjson$/.test(type) || name === '*/*') return;
    const validate = validator(`${pointer}/content/${escapePointer(name)}/schema`);
    if (!validate(JSON.parse(text))) {
      throw new Error(`the body does not fit: ${ajv.errorsText(validate.errors)}\n${text}`);
    }
  };

  return {
    description,
    seen,
    validator,
    check: ({ method, path }, answer) => {
      const place = find(method, path.split('?')[0] ?? '');
      seen.add(`${method} ${place.template} ${answer.status}`);
      try {
        const described = answerOf(place, answer.status);
        checkHeaders(described.answer, answer.headers);
        if (method !== 'HEAD') checkBody(described, answer);
      } catch (err) {
        throw new Error(`${method} ${path} ${answer.status}: ${(err as Error).message}`);
      }
    },
  };
};
