import type { Account, App } from '../state/model.js';
import type { Urls } from '../urls.js';

/** GitHub's opaque ids, which nobody should look into. */
export const nodeId = (kind: string, id: number): string =>
  `${kind}_${Buffer.from(String(id)).toString('base64url')}`;

/** GitHub's REST times have seconds and are in UTC. */
export const timestamp = (at: number | string): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

export function accountView(urls: Urls, account: Account) {
  // A bot's name has brackets, which an address has not.
  const login = encodeURIComponent(account.login);
  const url = `${urls.api}/users/${login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('U', account.id),
    avatar_url: `${urls.web}/avatars/u/${account.id}`,
    gravatar_id: '',
    url,
    html_url: `${urls.web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** Of `GET /user` with a token that may read no more of its owner than everybody. */
export function publicUserView(urls: Urls, account: Account) {
  return {
    ...accountView(urls, account),
    user_view_type: 'public',
    name: null,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: timestamp(0),
    updated_at: timestamp(0),
  };
}

export function organizationView(urls: Urls, account: Account) {
  const url = `${urls.api}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('O', account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${urls.web}/avatars/u/${account.id}`,
    description: '',
  };
}

export function appView(urls: Urls, app: App) {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    client_id: app.clientId,
    owner: accountView(urls, app.owner),
    name: app.name,
    description: '',
    external_url: '',
    html_url: `${urls.web}/github-apps/${app.slug}`,
    created_at: timestamp(app.createdAt),
    updated_at: timestamp(app.createdAt),
    permissions: app.permissions,
    events: app.events,
  };
}
