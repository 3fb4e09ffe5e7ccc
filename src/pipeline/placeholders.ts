/** What stands for something else in a text of the file: `${CYCLONE_TAG}`, `${node}`, `${checksum:*.lock}`. */
export type Placeholder =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'checksum'; readonly glob: string };

/** A glob may have braces of its own. */
const WRITTEN = /\$\{((?:[^{}]|\{[^{}]*\})*)\}/g;

export function placeholdersIn(text: string): readonly Placeholder[] {
  return [...text.matchAll(WRITTEN)].map(([, inside = '']) => placeholderOf(inside));
}

export function fillPlaceholders(text: string, valueOf: (placeholder: Placeholder) => string): string {
  return text.replaceAll(WRITTEN, (_, inside: string) => valueOf(placeholderOf(inside)));
}

function placeholderOf(inside: string): Placeholder {
  const glob = /^checksum:(.*)$/s.exec(inside)?.[1];
  return glob === undefined ? { kind: 'variable', name: inside } : { kind: 'checksum', glob: glob.trim() };
}

/** What is left when each is taken out. */
export function withoutPlaceholders(text: string): string {
  return text.replaceAll(WRITTEN, '');
}
