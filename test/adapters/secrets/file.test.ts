import { chmod, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_SECRETS, secretFile } from '../../../src/adapters/secrets/file.js';
import { SecretsUnavailable } from '../../../src/runs/ports.js';
import { repository } from '../../runs/house.js';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'cyclone-secrets-'));
  file = path.join(dir, 'secrets.yml');
});
afterEach(() => rm(dir, { recursive: true }));

const write = (text: string, mode = 0o600): Promise<void> => writeFile(file, text, { mode });

describe('a file of secrets', () => {
  test('gives a repository what every pattern has that matches; the later one counts', async () => {
    await write(`"*/*": { A: every, B: every, C: every }
Acme/*: { B: owner, C: owner }
acme/hello: { C: own }
acme/hell: { A: other }
other/hello: { A: other }
`);
    const store = await secretFile(file);
    expect(await store.secretsOf(repository)).toEqual({ A: 'every', B: 'owner', C: 'own' });
    expect(await store.secretsOf({ ...repository, owner: 'x', name: 'y' })).toMatchObject({ C: 'every' });
  });

  test('is read again when it has changed, however it was', async () => {
    await write('acme/hello: { A: one }');
    const store = await secretFile(file);
    await writeFile(file, 'acme/hello: { A: two }');
    expect(await store.secretsOf(repository)).toEqual({ A: 'two' });
    await writeFile(`${file}.new`, 'acme/hello: { A: six }', { mode: 0o600 });
    await rename(`${file}.new`, file);
    expect(await store.secretsOf(repository)).toEqual({ A: 'six' });
    await utimes(file, 1, 1);
    await store.secretsOf(repository);
    // Of the same length, with the time that it had.
    await writeFile(file, 'acme/hello: { A: ten }');
    await utimes(file, 1, 1);
    expect(await store.secretsOf(repository)).toEqual({ A: 'ten' });
  });

  test('that becomes bad is refused, until it is good again', async () => {
    await write('acme/hello: { A: one }');
    const store = await secretFile(file);
    await chmod(file, 0o644);
    await expect(store.secretsOf(repository)).rejects.toThrow(SecretsUnavailable);
    await chmod(file, 0o600);
    expect(await store.secretsOf(repository)).toEqual({ A: 'one' });
    await writeFile(file, 'acme/hello: { A: "hunter2 }');
    await expect(store.secretsOf(repository)).rejects.toThrow('line 1, column 28: not YAML');
    await rm(file);
    await expect(store.secretsOf(repository)).rejects.toThrow('cannot be read (ENOENT)');
  });

  test.each([0o640, 0o604, 0o620, 0o601, 0o666])('that others may use is refused: %o', async (mode) => {
    await write('acme/hello: { A: one }');
    await chmod(file, mode);
    const refused = secretFile(file);
    await expect(refused).rejects.toThrow(SecretsUnavailable);
    await expect(refused).rejects.toThrow(`(mode 0${mode.toString(8)}): run chmod 600 on it`);
  });

  test('may be a link to one', async () => {
    await write('acme/hello: { A: one }');
    await symlink(file, path.join(dir, 'link'));
    const store = await secretFile(path.join(dir, 'link'));
    expect(await store.secretsOf(repository)).toEqual({ A: 'one' });
  });

  test.each([
    ['a directory', () => dir, 'is not a file'],
    ['a device', () => '/dev/null', 'is not a file'],
    ['nothing', () => path.join(dir, 'none'), 'cannot be read (ENOENT)'],
  ])('cannot be %s', async (_, where, words) => {
    await expect(secretFile(where())).rejects.toThrow(`CYCLONE_SECRETS_FILE ${where()} ${words}`);
  });

  test('says so many of its problems that they can be read', async () => {
    await write(`acme/hello:\n${Array.from({ length: 14 }, (_, at) => `  A${String(at)}: ""`).join('\n')}\n`);
    const error = await secretFile(file).catch((reason: unknown) => reason);
    expect((error as Error).message.split('\n')).toEqual([
      `CYCLONE_SECRETS_FILE ${file} is not right:`,
      ...Array.from({ length: 10 }, (_, at) => `line ${String(at + 2)}, column 7: the value is empty`),
      'and 4 more',
    ]);
  });
});

test('without a file nobody has a secret', async () => {
  expect(await NO_SECRETS.secretsOf(repository)).toEqual({});
});
