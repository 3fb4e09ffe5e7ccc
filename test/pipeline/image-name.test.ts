import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { imageName } from '../../src/pipeline/image-name.js';
import { push, SHA, tag } from './examples.js';

const hello = { owner: 'Acme', name: 'Hello' };

test.each([
  [tag('v1.0.0'), `reg:5000/acme/hello:v1.0.0`],
  [push(), `reg:5000/acme/hello:ci_${SHA}`],
  [push({ pullRequest: 7 }), `reg:5000/acme/hello:pr_7_${SHA}`],
  [tag('release/1.0+build'), 'reg:5000/acme/hello:release-1.0-build'],
  [tag('-.odd'), 'reg:5000/acme/hello:odd'],
])('the image is named after what is built', (trigger, name) => {
  expect(imageName(hello, trigger, 'reg:5000')).toBe(name);
});

test('without a registry the name has none', () => {
  expect(imageName(hello, tag('v1'), undefined)).toBe('acme/hello:v1');
});

test("property: any of GitHub's names and git's tags becomes a reference that a registry takes", () => {
  const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
  const legal = new RegExp(`^reg/${component}/${component}:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`);
  const githubName = fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/);
  fc.assert(
    fc.property(githubName, githubName, fc.string({ minLength: 1, maxLength: 200 }), (owner, name, ref) => {
      expect(imageName({ owner, name }, tag(ref), 'reg')).toMatch(legal);
    }),
  );
});
