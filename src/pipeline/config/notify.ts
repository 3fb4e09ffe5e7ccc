import type { Notification } from '../model.js';
import { given } from './given.js';
import { error, type Report } from './issues.js';
import { readOwnKeys } from './keys.js';
import { list } from './options.js';
import { NOTIFY_KEYS, NOTIFY_ON } from './own-keys.js';
import type { MapNode } from './tree.js';
import { isSecretName } from './values.js';

type NotifyOn = Notification['on'][number];

/** What people want to hear when they do not say: that it broke, and that it is well again. */
const DEFAULT_ON: readonly NotifyOn[] = ['failure', 'fixed'];

export function readNotifications(maps: readonly MapNode[], report: Report): readonly Notification[] {
  return maps.map((map) => readNotification(map, report));
}

function readNotification(map: MapNode, report: Report): Notification {
  const keys = readOwnKeys(map, NOTIFY_KEYS, 'notify', report);
  const { email, slack, webhook } = keys;
  if (!map.entries.some(({ key }) => ['email', 'slack', 'webhook'].includes(key))) {
    const hint = 'add email, slack or webhook';
    report(error('missing-key', map.at, 'this tells nobody', hint));
  }
  for (const { text, at } of email?.value ?? []) {
    if (!/^[^\s@]+@[^\s@]+$/.test(text)) {
      report(error('bad-value', at, `"${text}" is no address of mail`, 'write name@example.org'));
    }
  }
  if (slack !== undefined) isSecretName({ text: slack.value, at: slack.at }, report);
  if (webhook !== undefined && !isHttpUrl(webhook.value)) {
    report(error('bad-value', webhook.at, 'this is no address', 'write https://example.org/hook'));
  }
  const on = keys.on?.value.map(({ text }) => text);
  return {
    ...given({ email: list(email), slack: slack?.value, webhook: webhook?.value }),
    on: on === undefined ? DEFAULT_ON : NOTIFY_ON.filter((event) => on.includes(event)),
  };
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text);
}
