import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { caicloudSchema } from '../../src/pipeline/config/json-schema.js';

const PROGRAM = path.resolve('dist/cli/cyclone.js');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-cli-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As a shell runs it, in a directory with no settings and no server. */
async function cyclone(...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
      cwd: directory,
      env: {},
      maxBuffer: 16 * 1024 * 1024,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

describe('cyclone', () => {
  test('lint, of what comes on its standard input', async () => {
    const lint = promisify(execFile)(process.execPath, [PROGRAM, 'lint', '-']);
    lint.child.stdin?.end('post_build: { image: a, commands: [x] }\n');
    expect((await lint).stdout).toBe('0 warnings, 0 errors · 1 stage on a tag, 0 on a push\n');
  });

  test('lint, of the file in this directory', async () => {
    await writeFile(path.join(directory, 'caicloud.yml'), 'stages: { lint: { image: a, commands: [x] } }\n');
    expect(await cyclone('lint', '--plan', '--branch', 'main')).toEqual({
      code: 0,
      stdout: `0 warnings, 0 errors · 1 stage on a push to main

Plan for a push to main: 1 of 1 stage runs, in 1 job

lint
  lint
`,
      stderr: '',
    });
    await writeFile(path.join(directory, 'caicloud.yml'), 'stages: 3\n');
    expect(await cyclone('lint', '--format', 'json')).toMatchObject({ code: 1, stderr: '' });
  });

  test('schema is in the package too', async () => {
    const file = await readFile(path.resolve('dist/caicloud.schema.json'), 'utf8');
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(caicloudSchema())));
  });

  test('schema, to its end, and as much as its reader wants', async () => {
    const { code, stdout } = await cyclone('schema');
    expect([code, JSON.parse(stdout)]).toEqual([0, caicloudSchema()]);
    const head = await promisify(execFile)('sh', [
      '-c',
      `"$0" ${PROGRAM} schema | head -n 1`,
      process.execPath,
    ]);
    expect(head).toMatchObject({ stdout: '{\n', stderr: '' });
  });

  test('helps, and says what it does not know', async () => {
    const help = await cyclone('--help');
    expect(help.code).toBe(0);
    for (const command of ['serve', 'worker', 'lint', 'schema']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect((await cyclone('lint', '--help')).stdout).toContain('--changed PATH');
    expect(await cyclone('run')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('run'),
    });
    expect(await cyclone('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+/) });
  });
});
