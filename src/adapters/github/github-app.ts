import type { Probot } from 'probot';
import type { CheckApi, CommentApi } from '../../checks/ports.js';
import type { Comments, Permissions, Reactions } from '../../handlers/ports.js';
import type {
  Budget,
  CloneTokens,
  MissedDeliveries,
  PullRequests,
  RepositoryFiles,
  RepositoryHistory,
} from '../../runs/ports.js';
import type { OAuth, People } from '../../web/ports.js';
import { createCheckApi } from './check-api.js';
import { type ClientOptions, createClients } from './clients.js';
import { createCommentApi } from './comments.js';
import { createComments } from './comments-read.js';
import { missedDeliveries } from './deliveries.js';
import { createOAuth, type OAuthOptions } from './oauth.js';
import { createPeople } from './people.js';
import { createPermissions } from './permissions.js';
import { createProbotApp, type ProbotOptions } from './probot-app.js';
import { createPullRequests } from './pulls.js';
import { createReactions } from './reactions.js';
import { createRepositoryFiles } from './repository-files.js';
import { createRepositoryHistory } from './repository-history.js';
import { type ReceiverOptions, type SignedWebhooks, webhookReceiver } from './webhook-receiver.js';

export type GitHubAppOptions = ProbotOptions &
  ClientOptions &
  ReceiverOptions & {
    /** Undefined: nobody can sign in. */
    readonly oauth?: OAuthOptions | undefined;
  };

/** Everything of GitHub: webhooks come in by Probot, requests go out by Octokit. */
export interface GitHubApp extends CloneTokens {
  readonly checks: CheckApi;
  /** The App's own comments. */
  readonly sticky: CommentApi;
  readonly repositories: RepositoryFiles;
  readonly history: RepositoryHistory;
  readonly pulls: PullRequests;
  readonly comments: Comments;
  readonly permissions: Permissions;
  readonly people: People;
  /** Undefined: nobody can sign in. */
  readonly oauth: OAuth | undefined;
  readonly reactions: Reactions;
  readonly missed: MissedDeliveries;
  /** What is left of an installation's rate limit; undefined while that is not known. */
  readonly budget: (installation: number) => Budget | undefined;
  /** Load the app function into it: `await probot.load(cyclone({ … }))`. */
  readonly probot: Probot;
  readonly webhooks: SignedWebhooks;
}

export function githubApp(options: GitHubAppOptions): GitHubApp {
  const clients = createClients(options);
  const permissions = createPermissions(clients);
  const probot = createProbotApp(options, clients.pace);
  return {
    checks: createCheckApi(clients, options.appId),
    sticky: createCommentApi(clients, options.appId),
    repositories: createRepositoryFiles(clients),
    history: createRepositoryHistory(clients),
    pulls: createPullRequests(clients),
    comments: createComments(clients),
    permissions,
    people: createPeople(clients, permissions),
    oauth: options.oauth && createOAuth(options.oauth, options.baseUrl, options.now ?? Date.now),
    reactions: createReactions(clients),
    missed: missedDeliveries(clients),
    budget: (installation) => clients.budget(installation),
    cloneToken: (repository, refused) => clients.tokens.clone(repository, refused),
    probot,
    webhooks: webhookReceiver(probot, options),
  };
}
