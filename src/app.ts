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
}

/** The Probot app: binds each event to its handler. A handler decodes, writes once, and returns. */
export function cyclone({ intake, ...here }: AppDeps): ApplicationFunction {
  const keep = async (incoming: Incoming | undefined): Promise<void> => {
    if (incoming !== undefined) await intake.add(incoming);
  };
  return (app) => {
    app.on('push', ({ id, payload }) => keep(decodePush(id, payload)));
    app.on('pull_request', ({ id, payload }) => keep(decodePullRequest(id, payload)));
    app.on('issue_comment', ({ id, payload }) => keep(decodeIssueComment(id, payload)));
    app.on('check_suite', ({ id, payload }) => keep(decodeCheckSuite(id, payload, here.appId)));
    app.on('check_run', ({ id, payload }) => keep(decodeCheckRun(id, payload, here)));
    app.on('merge_group', ({ id, payload }) => keep(decodeMergeGroup(id, payload)));
    app.on('repository', ({ id, payload }) => keep(decodeRepository(id, payload)));
    app.on('installation', ({ id, payload }) => keep(decodeInstallation(id, payload)));
    app.on('installation_repositories', ({ id, payload }) =>
      keep(decodeInstallationRepositories(id, payload)),
    );
  };
}
