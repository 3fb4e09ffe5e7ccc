#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const USAGE = `Usage: cyclone <command>

  register         make the GitHub App and write its settings (cyclone register --help)
  serve            start Cyclone (server and worker in one, or as CYCLONE_ROLE says)
  worker           start a worker alone (serve with CYCLONE_ROLE=worker)
  lint [FILE]      check a caicloud.yml; needs no server (cyclone lint --help)
  schema           print the JSON Schema of caicloud.yml, for editors and validators

  --help           print this
  --version        print the version

Settings are environment variables: see the table in README.md. serve and worker also read those that a file sets:
--env-file FILE, or .env in the working directory and in CYCLONE_DATA_DIR.
`;

// Each command loads what it needs and no more: whoever lints does not wait for a database to be loaded.
async function main(args: readonly string[]): Promise<number> {
  const [command = '', ...rest] = args;
  switch (command) {
    case 'serve':
    case 'worker': {
      const { keepYoungSpaceSmall } = await import('./young-space.js');
      const started = keepYoungSpaceSmall();
      const { serve } = await import('./serve.js');
      return serve(command === 'worker' ? 'worker' : undefined, rest, started);
    }
    case 'register': {
      const { register } = await import('./register.js');
      return register(rest, {
        out: (text) => void process.stdout.write(text),
        err: (text) => void process.stderr.write(text),
      });
    }
    case 'schema': {
      const { caicloudSchema } = await import('../pipeline/config/json-schema.js');
      process.stdout.write(`${JSON.stringify(caicloudSchema(), null, 2)}\n`);
      return 0;
    }
    case 'lint': {
      const { lint } = await import('./lint.js');
      return lint(rest, {
        read: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
        out: (text) => void process.stdout.write(text),
        err: (text) => void process.stderr.write(text),
        colour: process.stdout.isTTY,
      });
    }
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case '--version': {
      const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
      process.stdout.write(`${version}\n`);
      return 0;
    }
    default:
      process.stderr.write(command === '' ? USAGE : `cyclone: no command "${command}"\n\n${USAGE}`);
      return 2;
  }
}

// Whoever reads may have read enough: `cyclone schema | head`.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const status = await main(process.argv.slice(2));
// What a pipe has not taken yet would be lost: 64 KB of a plan, and half of its JSON.
await Promise.all([process.stdout, process.stderr].map(written));
// Not exitCode: a part that could not be stopped must not keep the process.
process.exit(status);

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
