/** A stream of these pieces. */
export async function* words(...texts: readonly string[]): AsyncGenerator<Buffer, void> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

/** All of a stream, when there is one. */
export async function textOf(content: AsyncIterable<Buffer> | undefined): Promise<string | undefined> {
  if (content === undefined) return undefined;
  let text = '';
  for await (const chunk of content) text += chunk.toString();
  return text;
}
