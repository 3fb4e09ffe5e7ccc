import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, which asks nobody for anything but the pages that it is sent to. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
  });
}

/**
 * Collects what the page's console complains about. Networks that Docker makes and removes on this machine cut requests
 * of any page; the browser says so, and asks again.
 */
export function collectComplaints(page: Page, into: string[]): void {
  page.on('pageerror', (error) => into.push(error.message));
  page.on('console', (message) => {
    const isComplaint = ['error', 'warning'].includes(message.type());
    if (isComplaint && !message.text().includes('net::ERR_NETWORK_CHANGED')) into.push(message.text());
  });
}
