import { parse } from 'yaml';

/** https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters */
export interface Manifest {
  readonly name: string;
  readonly hook_attributes: { readonly url: string; readonly active: true };
  readonly redirect_url: string;
  readonly [key: string]: unknown;
}

/** Of the name of an app: https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app */
const NAME_MOST = 34;

/** What the app may do and hears is app.yml's; where it is, is this installation's. */
export function manifestOf(
  appYml: string,
  place: {
    readonly name: string;
    readonly webhookUrl: string;
    readonly redirectUrl: string;
    /** Where people get after they installed the app, and come back to when they sign in. */
    readonly publicUrl: string | undefined;
  },
): Manifest {
  return {
    ...(parse(appYml) as Record<string, unknown>),
    name: place.name,
    hook_attributes: { url: place.webhookUrl, active: true },
    redirect_url: place.redirectUrl,
    ...(place.publicUrl === undefined
      ? {}
      : {
          setup_url: place.publicUrl,
          callback_urls: [`${place.publicUrl.replace(/\/+$/, '')}/sign-in/callback`],
        }),
  };
}

/** Names of apps are unique on all of GitHub; whoever clicks can still change it there. */
export function appName(place: string, random: string): string {
  const [first, last] = ['Cyclone ', ` ${random}`];
  return `${first}${place.slice(0, NAME_MOST - first.length - last.length)}${last}`;
}
