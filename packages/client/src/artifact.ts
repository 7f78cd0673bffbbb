import { segment, type Transport } from './http/transport.ts';

export interface ArtifactOptions {
  /** A part of the file, as the `Range` header says it: `bytes=0-1023`. */
  range?: string | undefined;
  /** Covers the body, too. */
  signal?: AbortSignal | undefined;
}

/** `GET /jobs/:id/artifacts/:name`: the answer, its body still to be read, for which there is no limit of time. */
export const jobArtifact = async (
  transport: Transport,
  id: string,
  name: string,
  { range, signal }: ArtifactOptions,
): Promise<Response> => {
  const { response, deadline } = await transport.open({
    method: 'GET',
    path: `jobs/${segment(id)}/artifacts/${segment(name)}`,
    headers: { accept: '*/*', ...(range !== undefined && { range }) },
    retry: 'always',
    signal,
  });
  const { body, status, statusText, headers } = response;
  const over = () => deadline.clear();
  if (body === null) over();
  // In a variable, because not every platform's types know `cancel` yet.
  const transformer = { flush: over, cancel: over };
  return new Response(body?.pipeThrough(new TransformStream(transformer)) ?? null, {
    status,
    statusText,
    headers,
  });
};
