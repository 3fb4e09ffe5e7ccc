import { notFound } from '../http/api-error.js';
import { anyone, created, type Route } from '../http/route.js';
import { redeem } from '../registration.js';
import { appView } from '../views/account.js';

export const appManifestRoutes: readonly Route[] = [
  // Whoever has the code gets the key: it is good once.
  anyone('apps/create-from-manifest', ({ world, parameters }) => {
    if (!redeem(world, parameters['code'] ?? '')) throw notFound();
    const { app } = world.state;
    return created({
      ...appView(world.urls, app),
      client_id: app.clientId,
      client_secret: app.clientSecret,
      webhook_secret: app.webhookSecret,
      pem: app.privateKey,
    });
  }),
];
