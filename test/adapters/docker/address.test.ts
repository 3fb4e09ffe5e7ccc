import { expect, test } from '@jest/globals';
import { engineAddress, InvalidDockerHost } from '../../../src/adapters/docker/address.js';

test.each([
  [undefined, { socketPath: '/var/run/docker.sock' }, true],
  ['', { socketPath: '/var/run/docker.sock' }, true],
  ['unix:///run/user/1000/docker.sock', { socketPath: '/run/user/1000/docker.sock' }, true],
  ['tcp://127.0.0.1:2375', { host: '127.0.0.1', port: '2375', protocol: 'http' }, true],
  ['tcp://engine.example', { host: 'engine.example', port: 2375, protocol: 'http' }, false],
  ['https://engine.example', { host: 'engine.example', port: 2376, protocol: 'https' }, false],
])('%s', (dockerHost, connection, local) => {
  expect(engineAddress(dockerHost)).toMatchObject({ connection, local });
});

test('a socket is not overruled by a host from the environment', () => {
  expect(engineAddress('unix:///a.sock').connection).toHaveProperty('host', undefined);
});

test('certificates make it TLS', () => {
  const tls = { ca: 'a', cert: 'b', key: 'c' };
  expect(engineAddress('tcp://engine.example', tls).connection).toEqual({
    host: 'engine.example',
    port: 2376,
    protocol: 'https',
    ...tls,
  });
});

test.each(['ssh://user@host', '/var/run/docker.sock', 'tcp://', 'npipe:////./pipe/docker_engine'])(
  '%s is refused',
  (dockerHost) => {
    expect(() => engineAddress(dockerHost)).toThrow(InvalidDockerHost);
    expect(() => engineAddress(dockerHost)).toThrow('DOCKER_HOST must be unix:///path or tcp://host:port');
  },
);
