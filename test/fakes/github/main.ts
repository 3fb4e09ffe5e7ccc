import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startGitHub } from './github.js';

// Starts a GitHub for a demonstration and prints one line of JSON when it is ready.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    webhook: { type: 'string' },
    secret: { type: 'string' },
    'app-id': { type: 'string' },
    /** PEM file; without it a key is made and written to the data directory. */
    'private-key': { type: 'string' },
    /** `owner/name`, any number. */
    repository: { type: 'string', multiple: true, default: [] },
    /** The same, private. */
    'private-repository': { type: 'string', multiple: true, default: [] },
  },
});
if (values.data === undefined) throw new Error('--data DIR is needed: repositories and the key go there');

const github = await startGitHub({
  port: Number(values.port),
  host: values.host,
  dataDir: values.data,
  ...(values['app-id'] === undefined ? {} : { appId: Number(values['app-id']) }),
  ...(values.secret === undefined ? {} : { webhookSecret: values.secret }),
  ...(values.webhook === undefined ? {} : { webhookUrl: values.webhook }),
  ...(values['private-key'] === undefined
    ? {}
    : { privateKey: await readFile(values['private-key'], 'utf8') }),
});

const privateKeyPath = values['private-key'] ?? join(values.data, 'app.private-key.pem');
if (values['private-key'] === undefined) await writeFile(privateKeyPath, github.privateKey, { mode: 0o600 });

const wanted = [
  ...values.repository.map((fullName) => ({ fullName, private: false })),
  ...values['private-repository'].map((fullName) => ({ fullName, private: true })),
];
for (const { fullName, private: isPrivate } of wanted) {
  const [owner = '', name = ''] = fullName.split('/');
  await github.createRepository({ owner, name, private: isPrivate });
}

const ready = {
  url: github.url,
  apiUrl: github.apiUrl,
  appId: github.appId,
  privateKeyPath,
  webhookSecret: github.webhookSecret,
  repositories: wanted.map(({ fullName }) => ({
    fullName,
    page: `${github.url}/${fullName}`,
    pushUrl: github.pushUrl(fullName),
  })),
};
process.stdout.write(`${JSON.stringify(ready)}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void github.close());
