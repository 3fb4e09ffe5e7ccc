import { ApiError, invalid, notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { grants } from '../http/rights.js';
import { asApp, type Call, created, json, type Route } from '../http/route.js';
import { issueToken } from '../state/credentials.js';
import type { Installation, Permissions } from '../state/model.js';
import { findAccount, installationFor, repositoriesOf } from '../state/state.js';
import { appView, timestamp } from '../views/account.js';
import { installationView } from '../views/installation.js';
import { repositoryView } from '../views/repository.js';

export const appRoutes: readonly Route[] = [
  asApp('apps/get-authenticated', ({ world: { urls, state } }) =>
    json({ ...appView(urls, state.app), installations_count: state.installations.size }),
  ),

  asApp('apps/list-installations', ({ world: { urls, state }, url }) => {
    const page = paginate([...state.installations.values()], url);
    return json(
      page.items.map((installation) => installationView(urls, state.app, installation)),
      page.headers,
    );
  }),

  asApp('apps/get-installation', (call) => json(view(call, findInstallation(call)))),
  asApp('apps/get-org-installation', (call) => json(view(call, installedOn(call, call.parameters['org'])))),
  asApp('apps/get-user-installation', (call) =>
    json(view(call, installedOn(call, call.parameters['username']))),
  ),

  asApp('apps/get-repo-installation', (call) => {
    const { state } = call.world;
    const name = `${call.parameters['owner']}/${call.parameters['repo']}`;
    const repository = state.repositories.get(name.toLowerCase());
    const installation = repository === undefined ? undefined : installationFor(state, repository);
    if (installation === undefined) throw notFound();
    return json(view(call, installation));
  }),

  asApp('apps/create-installation-access-token', (call) => {
    const { world } = call;
    const installation = findInstallation(call);
    if (installation.suspendedAt !== undefined)
      throw new ApiError(403, 'This installation has been suspended');
    const body = (call.body ?? {}) as TokenRequest;
    const permissions = permissionsOf(installation, body);
    const repositories = scopeOf(call, installation, body);
    const expiresAt = world.now() + world.settings.tokenLifeMs;
    const token = issueToken(world.state, installation, { permissions, repositories, expiresAt });
    const selected = repositoriesOf(world.state, installation).filter(({ id }) => repositories?.has(id));
    return created({
      token: token.value,
      expires_at: timestamp(expiresAt),
      permissions,
      repository_selection:
        repositories === undefined && installation.repositories === undefined ? 'all' : 'selected',
      ...(repositories === undefined
        ? {}
        : { repositories: selected.map((repository) => repositoryView(world.urls, repository)) }),
    });
  }),
];

interface TokenRequest {
  readonly repositories?: readonly string[];
  readonly repository_ids?: readonly number[];
  readonly permissions?: Permissions;
}

function permissionsOf(installation: Installation, body: TokenRequest): Permissions {
  if (body.permissions === undefined) return installation.permissions;
  for (const [permission, level] of Object.entries(body.permissions))
    if (!grants(installation.permissions, { permission, level }))
      throw unprocessable('permissions', 'The permissions requested are not granted to this installation.');
  // Metadata comes with every token.
  return { metadata: 'read', ...body.permissions };
}

function scopeOf(
  { world }: Call,
  installation: Installation,
  body: TokenRequest,
): ReadonlySet<number> | undefined {
  if (body.repositories === undefined && body.repository_ids === undefined) return undefined;
  const all = repositoriesOf(world.state, installation);
  const wanted = [
    ...(body.repositories ?? []).map((name) => all.find((repository) => repository.name === name)),
    ...(body.repository_ids ?? []).map((id) => all.find((repository) => repository.id === id)),
  ];
  return new Set(
    wanted.map((repository) => {
      if (repository !== undefined) return repository.id;
      throw unprocessable(
        'repositories',
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      );
    }),
  );
}

const unprocessable = (field: string, message: string): ApiError =>
  invalid({ resource: 'Installation', field, code: 'custom', message });

function findInstallation({ world, parameters }: Call): Installation {
  const installation = world.state.installations.get(Number(parameters['installation_id']));
  if (installation === undefined) throw notFound();
  return installation;
}

function installedOn({ world }: Call, login: string | undefined): Installation {
  const account = findAccount(world.state, login ?? '');
  const found = [...world.state.installations.values()].find((each) => each.account === account);
  if (found === undefined) throw notFound();
  return found;
}

const view = ({ world: { urls, state } }: Call, installation: Installation) =>
  installationView(urls, state.app, installation);
