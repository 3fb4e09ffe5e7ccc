import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, which asks nobody for anything but the pages that it is sent to. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
  });
}

/** Errors and warnings of the page's console, and what its scripts throw. */
export function hearComplaints(page: Page, say: (complaint: string) => void): void {
  page.on('pageerror', (error) => say(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) say(message.text());
  });
}

/** Networks that Docker makes and removes on this machine cut requests of any page; the browser says so, and asks again. */
export function isCutByDocker(complaint: string): boolean {
  return complaint.includes('net::ERR_NETWORK_CHANGED');
}
