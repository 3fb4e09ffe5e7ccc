import type { Form, Key, KeyTable } from './key.js';
import {
  BUILD_KEYS,
  DEPLOY_KEYS,
  INTEGRATION_KEYS,
  OWN_STAGE_KEYS,
  POST_BUILD_KEYS,
  PRE_BUILD_KEYS,
  SECTIONS,
} from './schema.js';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema (2020-12) of caicloud.yml, made of the tables that the reader works from, for editors
 * that complete and check. It knows forms and not meanings: what `needs` name is the reader's to check.
 * Where Cyclone v0.2 ignored an unknown key, so does it.
 */
export function caicloudSchema(): object {
  const sections = properties(SECTIONS);
  for (const section of ['pre_build', 'build', 'post_build'] as const) {
    sections[section] = described(section, withParts(section));
  }
  sections['integration'] = described('integration', orNull(mapOf(INTEGRATION_KEYS)));
  const target = mapOf(DEPLOY_KEYS);
  sections['deploy'] = described('deploy', orNull({ anyOf: [target, listOf(target)] }));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'caicloud.yml',
    description: 'The pipeline of a repository, as Cyclone runs it',
    type: ['object', 'null'],
    properties: sections,
    $defs: {
      ...DEFINITIONS,
      ...Object.fromEntries(Object.entries(WITH_PARTS).map(([name, table]) => [name, mapOf(table)])),
    },
  };
}

/** Sections that are a stage, or a map of named parts. Each table is written once, and else referred to. */
const WITH_PARTS = { pre_build: PRE_BUILD_KEYS, build: BUILD_KEYS, post_build: POST_BUILD_KEYS } as const;

/** YAML's numbers and flags are taken as their text. */
const SCALAR: Schema = { type: ['string', 'number', 'boolean'] };

const TEXTS: Schema = { type: 'array', items: { anyOf: [{ $ref: '#/$defs/scalar' }, { type: 'null' }] } };

const DEFINITIONS: Readonly<Record<string, Schema>> = {
  scalar: SCALAR,
  texts: TEXTS,
  'text-or-texts': { anyOf: [{ $ref: '#/$defs/scalar' }, { $ref: '#/$defs/texts' }] },
  environment: {
    anyOf: [
      { $ref: '#/$defs/texts' },
      { type: 'object', additionalProperties: { anyOf: [{ $ref: '#/$defs/scalar' }, { type: 'null' }] } },
    ],
  },
  /** An axis is a list; include and exclude are lists of maps. */
  matrix: {
    type: 'object',
    minProperties: 1,
    properties: {
      include: { $ref: '#/$defs/cells' },
      exclude: { $ref: '#/$defs/cells' },
    },
    additionalProperties: { type: 'array', minItems: 1, items: { $ref: '#/$defs/scalar' } },
  },
  cells: {
    anyOf: [{ $ref: '#/$defs/cell' }, { type: 'array', items: { $ref: '#/$defs/cell' } }, { type: 'null' }],
  },
  cell: { type: 'object', additionalProperties: { $ref: '#/$defs/scalar' } },
};

function ref(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

function formOf(key: Key): Schema {
  const form: Record<Form, () => Schema> = {
    text: () => ref('scalar'),
    flag: () => ({ type: 'boolean' }),
    bytes: () => ({ type: 'number', minimum: 0 }),
    texts: () => ref('texts'),
    'text-or-texts': () => ref('text-or-texts'),
    words: () => ref('text-or-texts'),
    environment: () => ref('environment'),
    map: () => mapForm(key),
    maps: () => {
      const item = mapOf(key.keys ?? {}, 'strict');
      return { anyOf: [item, listOf(item)] };
    },
    duration: () => ({
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: '^([0-9]+|(?=.)([0-9]+h)?([0-9]+m)?([0-9]+s)?)$' },
      ],
    }),
    size: () => ({
      anyOf: [
        { type: 'number', minimum: 1 },
        { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|k|M|G)?$' },
      ],
    }),
    number: () => ({ type: 'number', exclusiveMinimum: 0 }),
    count: () => COUNT,
    counts: () => ({ anyOf: [COUNT, { type: 'array', items: COUNT, ...some(key) }] }),
    'count-or-map': () => ({ anyOf: [COUNT, mapOf(key.keys ?? {}, 'strict')] }),
    choice: () => ({ enum: key.values ?? [] }),
    choices: () => oneOrMore(choiceOf(key), key),
    globs: () => oneOrMore({ ...SCALAR, minLength: 1 }, key),
    'path-globs': () => oneOrMore(PATH, key),
    'cache-paths': () => oneOrMore({ ...SCALAR, minLength: 1 }, key),
    path: () => PATH,
    secrets: () => oneOrMore({ type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }, key),
  };
  return form[key.form]();
}

const COUNT: Schema = { type: 'integer', minimum: 0 };

/** Relative; that it stays inside is for the reader. */
const PATH: Schema = { ...SCALAR, minLength: 1, pattern: '^!?[^/~]' };

function choiceOf({ values = [], globs }: Key): Schema {
  // Editors offer the words, and take a pattern too.
  return globs === true
    ? { anyOf: [{ enum: values }, { type: 'string', pattern: '[*?\\[{!]' }] }
    : { enum: values };
}

function oneOrMore(item: Schema, key: Key): Schema {
  return { anyOf: [item, { type: 'array', items: { anyOf: [item, { type: 'null' }] }, ...some(key) }] };
}

function some({ some }: Key): Schema {
  return some === true ? { minItems: 1 } : {};
}

function mapForm({ keys, each, ours }: Key): Schema {
  if (keys !== undefined) return mapOf(keys, ours === true ? 'strict' : 'lenient');
  if (each !== undefined) {
    const strict = each === OWN_STAGE_KEYS ? 'strict' : 'lenient';
    return { type: 'object', additionalProperties: orNull(mapOf(each, strict)) };
  }
  return ref('matrix');
}

function mapOf(table: KeyTable, unknown: 'strict' | 'lenient' = 'lenient'): Schema {
  const required = Object.keys(table).filter((name) => table[name]?.required === true);
  return {
    type: 'object',
    properties: properties(table),
    ...(required.length === 0 ? {} : { required }),
    ...(unknown === 'strict' ? { additionalProperties: false } : {}),
  };
}

/** With one of the three, a section is a stage; else a map of parts, beside keys that all of them share. */
function withParts(section: keyof typeof WITH_PARTS): Schema {
  const stage = ref(section);
  const part = orNull(stage);
  const table: KeyTable = WITH_PARTS[section];
  const shared = Object.entries(table).filter(([, key]) => key.ours === true);
  const parts = {
    type: 'object',
    properties: Object.fromEntries(shared.map(([name, key]) => [name, { anyOf: [property(key), part] }])),
    additionalProperties: part,
  };
  const names = ['image', 'context_dir', 'dockerfile_name'].map((key) => ({ required: [key] }));
  // eslint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
  return { type: ['object', 'null'], if: { anyOf: names }, then: stage, else: parts };
}

function listOf(item: Schema): Schema {
  return { type: 'array', items: orNull(item) };
}

/** An empty value is as good as no key. */
function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

function property(key: Key): Schema {
  return { description: key.about, ...orNull(formOf(key)) };
}

function properties(table: KeyTable): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  for (const [name, key] of Object.entries(table)) {
    found[name] = property(key);
    if (key.oldName !== undefined) found[key.oldName] = { ...property(key), deprecated: true };
  }
  return found;
}

function described(section: keyof typeof SECTIONS, schema: Schema): Schema {
  return { description: SECTIONS[section].about, ...schema };
}
