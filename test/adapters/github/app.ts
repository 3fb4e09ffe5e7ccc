import { generateKeyPairSync } from 'node:crypto';
import { type GitHubApp, githubApp } from '../../../src/adapters/github/github-app.js';
import type { CheckView } from '../../../src/checks/ports.js';
import type { Repository } from '../../../src/pipeline/model.js';
import type { TrafficObserver } from '../../../src/runs/ports.js';
import type { ScriptedServer } from './scripted-server.js';

export const APP_ID = 42;
export const WEBHOOK_SECRET = 'a secret of webhooks';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** Every line that was logged, as JSON. */
export interface LoggedApp extends GitHubApp {
  readonly logged: string[];
}

export function appAt(
  server: ScriptedServer,
  changes: {
    webhookSecret?: string;
    traffic?: TrafficObserver;
  } = {},
): LoggedApp {
  const logged: string[] = [];
  const write = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }));
  const logger = { debug: write, info: write, warn: write, error: write };
  const app = { appId: APP_ID, privateKey, webhookSecret: WEBHOOK_SECRET };
  return { ...githubApp({ ...app, baseUrl: server.baseUrl, logger, ...changes }), logged };
}

let installations = 1000;

/** With an installation of its own: what is remembered of one test's does not touch another's. */
export function newRepository(): Repository {
  installations += 1;
  return {
    id: 11,
    owner: 'acme',
    name: 'hello',
    private: true,
    cloneUrl: '',
    htmlUrl: '',
    defaultBranch: 'main',
    installationId: installations,
  };
}

export const VIEW: CheckView = {
  name: 'cyclone/build',
  sha: '3f2c1ab0000000000000000000000000000000aa',
  externalId: '7/build',
  detailsUrl: 'https://ci.example/runs/7/stages/build',
  status: 'completed',
  conclusion: 'success',
  startedAt: Date.UTC(2026, 0, 5, 9, 30, 0),
  completedAt: Date.UTC(2026, 0, 5, 9, 30, 12),
  title: 'Passed in 12 s',
  summary: 'the summary of the check',
  annotations: [],
  actions: [],
};
