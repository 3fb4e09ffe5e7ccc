import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { isVariableName, VARIABLE_NAME_HINT } from '../../pipeline/config/variable-name.js';

/** The secrets of the repositories that a pattern names, in the order of the file. */
export interface SecretsOfPattern {
  /** `owner/repo`, with `*`. */
  readonly pattern: string;
  readonly values: ReadonlyMap<string, string>;
}

export type ParsedSecrets =
  | { readonly kind: 'secrets'; readonly entries: readonly SecretsOfPattern[] }
  /** One line each, with its place and nothing of the content. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** GitHub's own limit for a secret. One variable holds 128 KiB (MAX_ARG_STRLEN), and a stage has several. */
const VALUE_BYTES = 48 * 1024;

const PATTERN = /^[A-Za-z0-9*._-]+\/[A-Za-z0-9*._-]+$/;

type Say = (node: unknown, words: string) => void;

/** Reads `pattern: { NAME: value }`. Every scalar is text: `012` and `no` are what is written. */
export function parseSecrets(text: string): ParsedSecrets {
  const lines = new LineCounter();
  // The words of the parser quote the file, and so does an excerpt: codes and places say enough.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${String(line)}, column ${String(col)}`;
  };
  const quote = 'not YAML: a pattern that begins with * stands in quotes';
  const broken = [
    ...document.warnings
      .filter(({ code }) => code === 'BAD_ALIAS')
      .map(({ pos }) => `${at(pos[0])}: ${quote}`),
    ...document.errors.map(({ code, pos }) => `${at(pos[0])}: not YAML (${code})`),
  ];
  if (broken.length > 0) return { kind: 'problems', problems: broken };
  const problems: string[] = [];
  const say: Say = (node, words) => {
    problems.push(`${at((node as Node | undefined)?.range?.[0] ?? 0)}: ${words}`);
  };
  const entries = readPatterns(document, say);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'secrets', entries };
}

function readPatterns(document: Document.Parsed, say: Say): readonly SecretsOfPattern[] {
  const root = document.contents;
  // An empty file is a file without secrets.
  if (root === null || (isScalar(root) && root.value === '')) return [];
  if (!isMap(root)) {
    say(root, 'not a map of repositories to their secrets');
    return [];
  }
  return root.items.map(({ key, value }): SecretsOfPattern => {
    const pattern = textOf(key) ?? '';
    if (!PATTERN.test(pattern)) say(key, 'not a repository, as owner/name or "owner/*"');
    const secrets = resolved(value, document);
    if (!isMap(secrets)) {
      say(value ?? key, 'not a map of names to values');
      return { pattern, values: new Map() };
    }
    const values = secrets.items.map((item) => readSecret(item.key, item.value, document, say));
    return { pattern, values: new Map(values) };
  });
}

function readSecret(key: unknown, node: unknown, document: Document.Parsed, say: Say): [string, string] {
  const name = textOf(key) ?? '';
  if (!isVariableName(name)) say(key, `this is no name of a secret: ${VARIABLE_NAME_HINT}`);
  const value = textOf(resolved(node, document));
  if (value === undefined) say(node ?? key, 'the value is not text');
  else if (value.trim() === '') say(node ?? key, 'the value is empty');
  else if (value.includes('\0')) say(node, 'the value holds a NUL, which no variable can');
  else if (Buffer.byteLength(value) > VALUE_BYTES) {
    say(node, `the value is longer than ${String(VALUE_BYTES / 1024)} KiB`);
  }
  return [name, value ?? ''];
}

function resolved(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function textOf(node: unknown): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}
