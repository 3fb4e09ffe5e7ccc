import { describe, expect, test } from '@jest/globals';
import { digestIn, parseReference } from '../../../src/adapters/docker/reference.js';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseReference', () => {
  test.each([
    ['busybox', { name: 'busybox', registry: 'docker.io' }],
    ['library/busybox:1', { name: 'busybox', registry: 'docker.io', tag: '1' }],
    ['docker.io/library/busybox', { name: 'busybox', registry: 'docker.io' }],
    ['index.docker.io/team/api', { name: 'team/api', registry: 'docker.io' }],
    ['team/api:v1.2-rc_3', { name: 'team/api', registry: 'docker.io', tag: 'v1.2-rc_3' }],
    ['localhost/api', { name: 'localhost/api', registry: 'localhost' }],
    ['127.0.0.1:5000/a/b/c:t', { name: '127.0.0.1:5000/a/b/c', registry: '127.0.0.1:5000', tag: 't' }],
    ['[::1]:5000/api', { name: '[::1]:5000/api', registry: '[::1]:5000' }],
    [`ghcr.io/a/b@${digest}`, { name: 'ghcr.io/a/b', registry: 'ghcr.io', digest }],
    [`ghcr.io/a/b:1@${digest}`, { name: 'ghcr.io/a/b', registry: 'ghcr.io', tag: '1', digest }],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test.each([
    '',
    'Busybox',
    '../containers/json',
    'busybox/../../info',
    'busybox?all=1',
    'busybox:a b',
    'busybox:',
    'busybox@sha256:12',
    '/busybox',
    'https://ghcr.io/a/b',
    `busybox:${'x'.repeat(129)}`,
    `${'a/'.repeat(300)}a`,
    'busybox\nX-Header: 1',
  ])('%j is none', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'image' }));
  });

  test('a name of 100 KB that is almost one is refused at once', () => {
    expect(() => parseReference(`${'a-'.repeat(50_000)}!`)).toThrow('is not an image reference');
  });
});

describe('digestIn', () => {
  const reference = parseReference('ghcr.io/a/b:1');
  const other = `sha256:${'f'.repeat(64)}`;

  test('is the one of the reference’s own repository', () => {
    expect(digestIn([`ghcr.io/a/c@${other}`, `ghcr.io/a/b@${digest}`], reference)).toBe(digest);
    expect(digestIn([`ghcr.io/a/c@${other}`], reference)).toBeUndefined();
    expect(digestIn(null, reference)).toBeUndefined();
  });

  test('is the one that the reference names, when it names one', () => {
    const both = [`ghcr.io/a/b@${other}`, `ghcr.io/a/b@${digest}`];
    expect(digestIn(both, parseReference(`ghcr.io/a/b@${digest}`))).toBe(digest);
  });
});
