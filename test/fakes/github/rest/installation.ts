import { paginate } from '../http/pages.js';
import { quotaKey } from '../http/principal.js';
import { anyone, asInstallation, json, type Route } from '../http/route.js';
import { repositoriesOf } from '../state/state.js';
import { repositoryView } from '../views/repository.js';

export const installationRoutes: readonly Route[] = [
  asInstallation('apps/list-repos-accessible-to-installation', ({ world, token, installation, url }) => {
    const all = repositoriesOf(world.state, installation).filter(
      ({ id }) => token.repositories === undefined || token.repositories.has(id),
    );
    const page = paginate(all, url);
    const repositories = page.items.map((repository) => repositoryView(world.urls, repository));
    return json({ total_count: all.length, repositories }, page.headers);
  }),

  asInstallation('apps/revoke-installation-access-token', ({ token }) => {
    token.revoked = true;
    return { status: 204 };
  }),

  anyone('rate-limit/get', ({ world, principal }) => {
    const { limit, remaining, resetAt } = world.rateLimit.quota(quotaKey(principal));
    const core = { limit, remaining, used: limit - remaining, reset: Math.ceil(resetAt / 1000) };
    return json({ resources: { core, search: core }, rate: core });
  }),
];
