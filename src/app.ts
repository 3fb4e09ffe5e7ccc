import type { ApplicationFunction } from 'probot';
import { decodeCheckRun, type Here } from './handlers/check-run.js';
import { decodeCheckSuite } from './handlers/check-suite.js';
import { decodeInstallation, decodeInstallationRepositories } from './handlers/installation.js';
import { decodeIssueComment } from './handlers/issue-comment.js';
import { decodeMergeGroup } from './handlers/merge-group.js';
import { decodePullRequest } from './handlers/pull-request.js';
import { decodePush } from './handlers/push.js';
import { decodeRepository } from './handlers/repository.js';
import type { Incoming, IntakeQueue } from './runs/ports.js';

export interface AppDeps extends Here {
  readonly intake: IntakeQueue;
  /** What GitHub signed a payload with, as far as that is known. */
  readonly signatureOf?: (payload: object) => string | undefined;
}

/** The Probot app: binds each event to its handler. A handler decodes, writes once, and returns. */
export function cyclone({ intake, signatureOf, ...here }: AppDeps): ApplicationFunction {
  const keep = async (payload: object, incoming: Incoming | undefined): Promise<void> => {
    if (incoming === undefined) return;
    const signature = signatureOf?.(payload);
    await intake.add({ ...incoming, ...(signature !== undefined && { signature }) });
  };
  return (app) => {
    app.on('push', ({ id, payload }) => keep(payload, decodePush(id, payload)));
    app.on('pull_request', ({ id, payload }) => keep(payload, decodePullRequest(id, payload)));
    app.on('issue_comment', ({ id, payload }) => keep(payload, decodeIssueComment(id, payload)));
    app.on('check_suite', ({ id, payload }) => keep(payload, decodeCheckSuite(id, payload, here.appId)));
    app.on('check_run', ({ id, payload }) => keep(payload, decodeCheckRun(id, payload, here)));
    app.on('merge_group', ({ id, payload }) => keep(payload, decodeMergeGroup(id, payload)));
    app.on('repository', ({ id, payload }) => keep(payload, decodeRepository(id, payload)));
    app.on('installation', ({ id, payload }) => keep(payload, decodeInstallation(id, payload)));
    app.on('installation_repositories', ({ id, payload }) =>
      keep(payload, decodeInstallationRepositories(id, payload)),
    );
  };
}
