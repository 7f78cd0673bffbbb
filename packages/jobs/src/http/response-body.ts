import { extensionOf } from '@drover/shared/artifacts/store';
import type { HttpAnswer, JobArtifacts, StoredFile } from '../definition/services.ts';

/** Largest body that is kept in the job's result, in bytes; larger ones become artifacts. */
export const inlineBytes = 131_072;

/** A body as the job's result has it. */
export type ResponseBody =
  | { bodyType: 'none' }
  | { bodyType: 'json'; body: unknown }
  | { bodyType: 'text' | 'base64'; body: string }
  | { bodyType: 'artifact'; artifact: StoredFile };

/** A body, and its text where it is text and small. */
export interface ReadBody {
  shown: ResponseBody;
  text: string;
}

/** Media type without parameters, and the charset among them. */
const contentTypeOf = ({ headers }: HttpAnswer) => {
  const [mediaType = '', ...parameters] = (headers['content-type'] ?? '').split(';');
  const charset = /^\s*charset\s*=\s*"?([\w.:-]+)"?\s*$/i;
  return {
    mediaType: mediaType.trim().toLowerCase(),
    charset: parameters.map((each) => charset.exec(each)?.[1]).find((each) => each) ?? 'utf-8',
  };
};

const isJson = (mediaType: string) => /^[^/]+\/(json|.*\+json)$/.test(mediaType);

/** A body without a type is taken for text where it is. */
const isText = (mediaType: string) =>
  mediaType === '' ||
  /^text\/|^[^/]+\/(.*\+)?(json|xml|yaml)$|\/(javascript|x-www-form-urlencoded|x-ndjson)$/.test(
    mediaType,
  );

/** Undefined when the bytes are no text in that charset, or the charset is not known. */
const decode = (bytes: Uint8Array, charset: string): string | undefined => {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** Undefined for what is no JSON, or nested so deeply that it could not be written again. */
const parse = (text: string): { value: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    JSON.stringify(value);
    return { value };
  } catch {
    return undefined;
  }
};

const inline = (bytes: Uint8Array, answer: HttpAnswer): ReadBody => {
  if (bytes.byteLength === 0) return { shown: { bodyType: 'none' }, text: '' };
  const { mediaType, charset } = contentTypeOf(answer);
  const text = isText(mediaType) ? decode(bytes, charset) : undefined;
  if (text === undefined) {
    const body = Buffer.from(bytes).toString('base64');
    return { shown: { bodyType: 'base64', body }, text: '' };
  }
  const json = isJson(mediaType) ? parse(text) : undefined;
  return {
    shown: json ? { bodyType: 'json', body: json.value } : { bodyType: 'text', body: text },
    text,
  };
};

/** What was read already, and then the rest. */
const rejoined = async function* (head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>) {
  try {
    yield* head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
};

/**
 * Reads a body: one of at most `inline` bytes into memory, a larger one into the artifact
 * `<name>.<ending of its type>`.
 */
export const readBody = async (
  answer: HttpAnswer,
  options: { artifacts: JobArtifacts; name: string; inline: number },
): Promise<ReadBody> => {
  const head: Uint8Array[] = [];
  let size = 0;
  const chunks = answer.body[Symbol.asyncIterator]();
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head.push(next.value);
    size += next.value.byteLength;
    if (size > options.inline) {
      const file = `${options.name}.${extensionOf(contentTypeOf(answer).mediaType)}`;
      const artifact = await options.artifacts.put(file, rejoined(head, chunks));
      return { shown: { bodyType: 'artifact', artifact }, text: '' };
    }
  }
  return inline(Buffer.concat(head), answer);
};

/** Lets go of a body that nobody wants. */
export const dropBody = async ({ body }: HttpAnswer): Promise<void> => {
  for await (const _ of body) break;
};
