import { expect, test } from '@jest/globals';
import { authConfig, registryConfig } from '../../../src/adapters/docker/registry-auth.js';

test('credentials say which registry they are for', () => {
  expect(authConfig('ghcr.io', { username: 'u', password: 'p' })).toEqual({
    username: 'u',
    password: 'p',
    serveraddress: 'ghcr.io',
  });
  expect(authConfig('docker.io', { registryToken: 't' })).toEqual({
    registrytoken: 't',
    serveraddress: 'https://index.docker.io/v1/',
  });
  expect(authConfig('ghcr.io', undefined)).toEqual({});
});

test('credentials of a build are URL-safe, whatever is in them', () => {
  const { base64 } = registryConfig({ 'docker.io': { username: 'u', password: '>>>???~~~ÿÿÿ' } });
  expect(base64).toMatch(/^[\w-]+={0,2}$/);
  expect(base64).toMatch(/[-_]/);
  expect(JSON.parse(Buffer.from(base64, 'base64url').toString())).toEqual({
    'https://index.docker.io/v1/': {
      username: 'u',
      password: '>>>???~~~ÿÿÿ',
      serveraddress: 'https://index.docker.io/v1/',
    },
  });
});
