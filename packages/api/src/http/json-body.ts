import { isUtf8 } from 'node:buffer';
import { type FieldError, Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Operation } from '../openapi/operation.ts';
import { duplicateNames } from './duplicate-names.ts';
import { changedIntegers, forbiddenNames } from './json-faults.ts';

/** Whether a name that {@link forbiddenNames} looks for may stand here, escaped or not. */
const suspiciousName = /__proto__|constructor|\\u00[5-7]/i;

/** Whether a whole number stands here that may be too large for a double: 2^53 has 16 digits. */
const longInteger = /(?:^|[\s:,[])-?\d{16,}(?![\d.eE])/;

const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

const malformed = (detail: string, cause?: unknown) =>
  new Problem('malformed-json', detail, { cause });

const invalid = (detail: string, errors: readonly FieldError[]) =>
  new Problem('invalid-submission', detail, { errors });

/** How the body is written: only plain UTF-8 is read here. */
const refuseEncodings = ({ headers }: FastifyRequest): void => {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Problem('unsupported-media-type', 'Send the body without a Content-Encoding.', {
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const type = headers['content-type'];
  if (type === undefined || type === 'application/json') return;
  const name = charset.exec(type)?.[1];
  if (name && !/^utf-?8$/i.test(name)) {
    throw new Problem('unsupported-media-type', 'Send the body in UTF-8.');
  }
};

const refuseNames = (body: unknown): void => {
  const errors = forbiddenNames(body);
  if (errors[0]) throw invalid(`The body is refused: ${errors[0].message}.`, errors);
};

const refuseChangedIntegers = (text: string): void => {
  let errors: readonly FieldError[];
  try {
    errors = changedIntegers(text);
  } catch (err) {
    if (!(err instanceof RangeError)) throw err;
    throw invalid('The body nests too deeply.', [{ pointer: '', message: 'nests too deeply' }]);
  }
  if (errors[0]) {
    throw invalid('The body holds a whole number beyond 2^53: send it as a string.', errors);
  }
};

/**
 * The value of a JSON text in UTF-8.
 * @throws Problem `malformed-json`, or `invalid-submission` for what can be read but not trusted:
 * names that pollute prototypes, and whole numbers that a double would change.
 */
export const parseJson = (bytes: Buffer): unknown => {
  if (!isUtf8(bytes)) throw malformed('The body is not valid UTF-8.');
  const decoded = bytes.toString('utf8');
  const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (err) {
    throw malformed('The body is not well-formed JSON.', err);
  }
  if (suspiciousName.test(text)) refuseNames(body);
  if (longInteger.test(text)) refuseChangedIntegers(text);
  return body;
};

const refuseDuplicates = (bytes: Buffer): void => {
  const errors = duplicateNames(bytes.toString('utf8'));
  if (errors[0]) throw invalid('The body has a name twice in one object.', errors);
};

/** A body that nobody asked for is not looked at: clients send an empty object, or a type alone. */
const takesNoBody = (operation: Operation | undefined): boolean =>
  operation !== undefined && operation.body === undefined;

/** Makes JSON in UTF-8 the only language of request bodies. */
export const takeJsonOnly = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, bytes, done) => {
      try {
        // Fastify puts the options together anew each time they are asked for.
        const { operation } = request.routeOptions.config;
        if (takesNoBody(operation)) return done(null, undefined);
        if (bytes.length === 0) {
          if (operation?.bodyOptional) return done(null, undefined);
          throw malformed('The body is empty.');
        }
        refuseEncodings(request);
        const body = parseJson(bytes);
        if (operation?.uniqueNames) refuseDuplicates(bytes);
        done(null, body);
      } catch (err) {
        done(err as Error);
      }
    },
  );
};
