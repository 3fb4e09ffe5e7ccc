import type { Child } from 'hono/jsx';

import { ASSETS, clientModule } from '../assets.js';
import type { Frame } from '../frame.js';

export interface LayoutProps {
  readonly title: string;
  readonly frame: Frame;
  /** What the page shows of something that goes on; it is looked at again until this is absent. */
  readonly state?: string | undefined;
  /** Browser modules of `src/web/client` that the page begins with, as `log.js`. */
  readonly modules?: readonly string[];
  readonly children?: Child;
}

export function Layout({ title, frame, state, modules = [], children }: LayoutProps) {
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
        <script src={addresses.asset(ASSETS.script.name)} defer></script>
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
        </header>
        <main id="content" data-state={state}>
          {children}
        </main>
        <footer>Times are UTC.</footer>
      </body>
    </html>
  );
}
