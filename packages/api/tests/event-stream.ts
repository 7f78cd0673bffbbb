/** An event of a stream, as EventSource hands it out. */
export interface StreamEvent {
  event: string;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
  data: any;
}

const parse = (block: string): StreamEvent | undefined => {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => {
      const [, name = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? [];
      return [name, value];
    }),
  );
  return fields['event'] === undefined
    ? undefined
    : { event: fields['event'], id: fields['id'] ?? '', data: JSON.parse(fields['data'] ?? '') };
};

/** The events of a response, until it ends. */
export const readEvents = async function* (response: Response): AsyncGenerator<StreamEvent> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parse(block);
      if (event) yield event;
    }
  }
};
