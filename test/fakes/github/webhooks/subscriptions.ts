import { grants, type Need } from '../http/rights.js';
import type { Installation } from '../state/model.js';

// https://docs.github.com/en/webhooks/webhook-events-and-payloads, "To subscribe to this event, a GitHub App
// must have at least read-level access for …"
const NEEDS: Readonly<Record<string, string>> = {
  check_run: 'checks',
  check_suite: 'checks',
  create: 'contents',
  delete: 'contents',
  deployment: 'deployments',
  deployment_status: 'deployments',
  issue_comment: 'issues',
  merge_group: 'merge_queues',
  pull_request: 'pull_requests',
  push: 'contents',
  repository: 'metadata',
};

/** Sent to every App, and not to be subscribed to. */
const ALWAYS = new Set(['installation', 'installation_repositories', 'installation_target']);

/** Who may write checks is told of them, subscribed or not. */
const WITH_CHECKS = new Set(['check_run', 'check_suite']);

/** `undefined` for an event that an App cannot subscribe to. */
export function needOf(event: string): Need | undefined {
  const permission = NEEDS[event];
  return permission === undefined ? undefined : { permission, level: 'read' };
}

/** Is an installation of the App told of such events? A suspended one only of itself. */
export function hears(installation: Installation, event: string): boolean {
  if (ALWAYS.has(event)) return true;
  if (installation.suspendedAt !== undefined) return false;
  const { permissions, events } = installation;
  if (WITH_CHECKS.has(event) && grants(permissions, { permission: 'checks', level: 'write' })) return true;
  const need = needOf(event);
  return events.includes(event) && need !== undefined && grants(permissions, need);
}
