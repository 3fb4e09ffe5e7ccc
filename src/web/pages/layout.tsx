import type { Child } from 'hono/jsx';

import { ASSETS, clientModule } from '../assets.js';
import type { Frame } from '../frame.js';

export interface LayoutProps {
  readonly title: string;
  readonly frame: Frame;
  readonly live?: LiveProps;
  /** The time that durations are counted from, of a page that is not live as a whole. */
  readonly now?: number;
  /** Browser modules of `src/web/client` that the page begins with, as `log.js`. */
  readonly modules?: readonly string[];
  /** Assets that it needs beside the one style sheet of all pages. */
  readonly styles?: readonly string[];
  readonly children?: Child;
}

export interface LiveProps {
  /** Whose events say that what the page shows has changed. */
  readonly events: string;
  /** The time that its durations are counted from. */
  readonly now: number;
  /** Milliseconds between two looks at the page, where much changes that it shows little of. */
  readonly paceMs?: number;
}

/** Of what goes on everywhere: many look, and each look counts all runs. */
export const SLOW_PACE_MS = 2000;

export function Layout({ title, frame, live, now, modules = [], styles = [], children }: LayoutProps) {
  const { addresses } = frame;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" type="image/svg+xml" href={addresses.asset(ASSETS.icon.name)} />
        <link rel="stylesheet" href={addresses.asset(ASSETS.style.name)} />
        {styles.map((name) => (
          <link rel="stylesheet" href={addresses.asset(name)} />
        ))}
        {modules.map((name) => (
          <script type="module" src={addresses.asset(clientModule(name))}></script>
        ))}
      </head>
      <body>
        <a class="skip-link" href="#content">
          Skip to the content
        </a>
        <header>
          <a href={addresses.home(1)}>
            <img src={addresses.asset(ASSETS.icon.name)} alt="" width="20" height="20" />
            Cyclone
          </a>
          <Viewing frame={frame} />
        </header>
        <main id="content" data-events={live?.events} data-now={live?.now ?? now} data-pace={live?.paceMs}>
          {frame.said !== undefined && (
            <p class="said" role="status">
              {frame.said}
            </p>
          )}
          {children}
        </main>
        <footer>Times are UTC.</footer>
      </body>
    </html>
  );
}

/** Who looks, and how to change that. */
function Viewing({ frame: { viewer, signIn, addresses } }: { readonly frame: Frame }) {
  if (viewer) {
    return (
      <form class="viewer" method="post" action={`${addresses.home(1)}sign-out`}>
        <input type="hidden" name="csrf" value={viewer.csrf} />
        <span>{viewer.login}</span>
        <button>Sign out</button>
      </form>
    );
  }
  return signIn === undefined ? null : (
    <a class="viewer" href={signIn}>
      Sign in with GitHub
    </a>
  );
}
