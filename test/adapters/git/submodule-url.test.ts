import { describe, expect, test } from '@jest/globals';
import { isOnInternet } from '../../../src/adapters/git/reach.js';
import { submoduleUrl } from '../../../src/adapters/git/submodule-url.js';

describe('the url of a submodule', () => {
  test.each([
    ['https://github.com/acme/lib.git', 'https://github.com/acme/lib.git'],
    ['../lib.git', 'https://git.example:8443/acme/lib.git'],
    ['../../other/lib', 'https://git.example:8443/other/lib'],
    ['./lib.git', 'https://git.example:8443/acme/api.git/lib.git'],
    ['../../../../../lib', 'https://git.example:8443/lib'],
    ['git@git.example:acme/lib.git', 'https://git.example:8443/acme/lib.git'],
    ['ssh://git@git.example:22/acme/lib.git', 'https://git.example:8443/acme/lib.git'],
    ['ssh://GIT.example/acme/lib.git', 'https://git.example:8443/acme/lib.git'],
  ])('%s is %s', (written, url) => {
    const parent = new URL('https://git.example:8443/acme/api.git');
    expect(submoduleUrl(written, parent).href).toBe(url);
  });

  test.each([
    ['git@github.com:acme/lib.git', 'write https://github.com/acme/lib.git'],
    ['ssh://git@github.com/acme/lib.git', 'write https://github.com/acme/lib.git'],
    ['--upload-pack=touch /tmp/x', 'is no URL'],
    ['/srv/lib.git', 'is no URL'],
    ['-oProxyCommand=x:y', 'is no URL'],
    ['', 'is no URL'],
  ])('is refused when it is %j', (written, words) => {
    expect(() => submoduleUrl(written, new URL('https://git.example/acme/api.git'))).toThrow(words);
  });
});

test.each([
  ['140.82.121.4', true],
  ['10.0.0.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['172.32.0.1', true],
  ['2606:50c0:8000::154', true],
  ['::1', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:10.0.0.1', false],
])('%s is on the internet: %s', (address, is) => {
  expect(isOnInternet(address)).toBe(is);
});
