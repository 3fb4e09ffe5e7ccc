import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Incoming } from '../../src/runs/incoming.js';
import { createValidators } from '../fakes/github/schema/validators.js';

export type Payload = Readonly<Record<string, unknown>>;

const validators = createValidators();

/** A delivery of GitHub's, by the name of its file. */
export function payload(name: string): Payload {
  return JSON.parse(readFileSync(`test/fixtures/github/${name}.json`, 'utf8')) as Payload;
}

/** With some of it changed: an object's fields one by one, anything else as a whole. */
export function changed(original: Payload, change: Payload): Payload {
  const merged = Object.entries(change).map(([key, value]) => {
    const old = original[key];
    return [key, isObject(old) && isObject(value) ? changed(old, value) : value] as const;
  });
  return { ...original, ...Object.fromEntries(merged) };
}

/** It is what GitHub's own schema wants. */
export function valid(event: string, given: Payload): Payload {
  expect(validators.payload(event, given)).toBeUndefined();
  return given;
}

export function commitOf(event: Incoming | undefined): Incoming & { readonly kind: 'commit' } {
  if (event?.kind !== 'commit') throw new Error(`no commit: ${JSON.stringify(event)}`);
  return event;
}

/** Every payload that is damaged in one place, with where. */
export function* damaged(given: Payload, trail: readonly string[] = []): Generator<[string, Payload]> {
  for (const [key, value] of Object.entries(given)) {
    // Dozens of addresses, of which none but the two of a repository mean anything to us.
    if (key.endsWith('url') && !/^(?:clone|html)_url$/.test(key)) continue;
    const at = [...trail, key];
    for (const damage of [undefined, null, 5.5, 'x', { x: 1 }]) {
      yield [`${at.join('.')}: ${JSON.stringify(damage)}`, { ...given, [key]: damage }];
    }
    if (isObject(value)) {
      for (const [where, inner] of damaged(value, at)) yield [where, { ...given, [key]: inner }];
    }
  }
}

function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
