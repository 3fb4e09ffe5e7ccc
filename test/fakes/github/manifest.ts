import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { grants } from './http/rights.js';
import { nearest } from './nearest.js';
import type { Permissions } from './state/model.js';
import { needOf } from './webhooks/subscriptions.js';

/** What an App asks for when it is registered. */
export interface Manifest {
  readonly permissions: Permissions;
  readonly events: readonly string[];
}

/** What app.yml asks for: a right or an event that is missing there is missing here, too. */
export function readManifest(): Manifest {
  const { default_events: events, default_permissions: permissions } = parse(
    readFileSync(nearest('app.yml'), 'utf8'),
  ) as { default_events: string[]; default_permissions: Permissions };
  return { permissions, events };
}

/**
 * GitHub registers no App that would listen to more than it may read.
 * @throws Error that names the events
 */
export function checkManifest({ permissions, events }: Manifest): void {
  const wrong = events.filter((event) => {
    const need = needOf(event);
    return need === undefined || !grants(permissions, need);
  });
  if (wrong.length > 0) throw new Error(`Default events unsupported: ${wrong.join(', ')}`);
}
