import { expect, test } from '@jest/globals';
import { withoutBuildKit } from '../../../src/adapters/docker/needs-buildkit.js';

test.each([
  'the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled',
  'dockerfile parse error line 2: Unknown flag: link',
  'dockerfile parse error on line 3: unknown flag: keep-git-dir',
  'dockerfile parse error line 3: unknown instruction: ECHO',
])('words for what needs BuildKit say that it is not used: %s', (words) => {
  expect(withoutBuildKit(words)).toMatch(/BuildKit.*\. Cyclone builds with the classic builder: /);
  expect(withoutBuildKit(words)).not.toContain('docs.docker.com');
});

test.each([
  'dockerfile parse error line 2: Unknown flag: foo',
  'COPY failed: file not found in build context or excluded by .dockerignore: stat a: file does not exist',
  'pull access denied for the-mount-option, repository does not exist',
])('other words stay: %s', (words) => {
  expect(withoutBuildKit(words)).toBe(words);
});
