import type { App, Installation } from '../state/model.js';
import type { Urls } from '../urls.js';
import { accountView, nodeId, timestamp } from './account.js';

export function installationView(urls: Urls, app: App, installation: Installation) {
  const { account } = installation;
  return {
    id: installation.id,
    account: accountView(urls, account),
    repository_selection: installation.repositories === undefined ? 'all' : 'selected',
    access_tokens_url: `${urls.api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${urls.api}/installation/repositories`,
    html_url: `${urls.web}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    client_id: app.clientId,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: installation.events,
    created_at: timestamp(installation.createdAt),
    updated_at: timestamp(installation.createdAt),
    single_file_name: null,
    suspended_by: installation.suspendedAt === undefined ? null : accountView(urls, account),
    suspended_at: installation.suspendedAt === undefined ? null : timestamp(installation.suspendedAt),
  };
}

/** As it stands in webhooks of a repository. */
export const simpleInstallationView = (installation: Installation) => ({
  id: installation.id,
  node_id: nodeId('I', installation.id),
});
