import { randomBytes } from 'node:crypto';
import type { Answer } from './http/route.js';
import { checkManifest } from './manifest.js';
import type { Permissions } from './state/model.js';
import type { World } from './world.js';

/** What a form in a browser asks GitHub to make an App of. */
interface AppManifest {
  readonly name?: string;
  readonly url: string;
  readonly redirect_url: string;
  readonly hook_attributes?: { readonly url: string; readonly active?: boolean };
  readonly default_permissions?: Permissions;
  readonly default_events?: readonly string[];
  readonly callback_urls?: readonly string[];
}

// https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
const CODE_LIFE_MS = 3_600_000;
const MAX_NAME = 34;

/** Is it the page where a person confirms a new App? */
export const isRegistration = (method: string | undefined, path: string): boolean =>
  method === 'POST' && /^(\/organizations\/[^/]+)?\/settings\/apps\/new$/.test(path);

/**
 * The form of the manifest flow, confirmed at once: back to who sent the person, with a code. This GitHub
 * knows one App, which becomes what the manifest says when the code is redeemed.
 */
export function register(world: World, form: string, state: string | null): Answer {
  try {
    const manifest = readManifestForm(new URLSearchParams(form).get('manifest') ?? '');
    const code = randomBytes(20).toString('hex');
    world.state.registrations.set(code, {
      expiresAt: world.now() + CODE_LIFE_MS,
      accept: () => accept(world, manifest),
    });
    const target = new URL(manifest.redirect_url);
    target.searchParams.set('code', code);
    if (state !== null) target.searchParams.set('state', state);
    return { status: 302, headers: { location: target.href } };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    world.violations.add({ kind: 'request', where: 'POST /settings/apps/new', problem });
    return {
      status: 422,
      raw: { type: 'text/plain', content: Buffer.from(`Invalid manifest: ${problem}\n`) },
    };
  }
}

/** @returns whether the code was good; it is not afterwards */
export function redeem({ state, now }: World, code: string): boolean {
  const registration = state.registrations.get(code);
  state.registrations.delete(code);
  if (registration === undefined || registration.expiresAt <= now()) return false;
  registration.accept();
  return true;
}

/** @throws Error that says what GitHub does not take */
function readManifestForm(text: string): AppManifest {
  const manifest = JSON.parse(text) as Partial<AppManifest>;
  const { url, redirect_url, name, hook_attributes: hook, default_events: events = [] } = manifest;
  if (url === undefined || !URL.canParse(url)) throw new Error('url must be a valid URL');
  if (redirect_url === undefined || !URL.canParse(redirect_url))
    throw new Error('redirect_url must be a valid URL');
  if (hook !== undefined && !URL.canParse(hook.url)) throw new Error('hook url must be a valid URL');
  if ((name?.length ?? 0) > MAX_NAME) throw new Error(`name is longer than ${MAX_NAME} characters`);
  checkManifest({ permissions: manifest.default_permissions ?? {}, events });
  return { ...manifest, url, redirect_url };
}

function accept({ state: { app }, deliveries }: World, manifest: AppManifest): void {
  app.name = manifest.name ?? app.name;
  app.permissions = manifest.default_permissions ?? {};
  app.events = manifest.default_events ?? [];
  app.callbackUrls = manifest.callback_urls ?? [];
  const { hook_attributes: hook } = manifest;
  if (hook !== undefined && hook.active !== false) deliveries.to(hook.url);
}
