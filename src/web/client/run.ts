import { countOn } from './count-on.js';
import { fetchPage } from './fetch-page.js';
import { swapMain } from './swap-main.js';

/** What a page shows changes many times a second at most: it is asked for once in this time. */
const PACE_MS = 400;

let source: EventSource | undefined;
let asked = false;
let asking = false;

async function lookAgain(): Promise<void> {
  asked = true;
  if (asking) return;
  asking = true;
  while (asked) {
    asked = false;
    // Gone, or not ours to see any more: what is there stays, and a reload says so.
    await fetchPage(location.href).then(swapMain, () => undefined);
    const pace = Number(document.querySelector('main')?.dataset['pace'] ?? PACE_MS);
    await new Promise((resolve) => setTimeout(resolve, pace));
  }
  asking = false;
}

/** Browsers hold few connections to one host: only the page that is looked at has one. */
function follow(): void {
  if (document.hidden) {
    source?.close();
    source = undefined;
    return;
  }
  const events = document.querySelector('main')?.dataset['events'];
  if (source !== undefined || events === undefined) return;
  source = new EventSource(events);
  // Whatever happened while there was no connection, also between the page and the first one.
  source.addEventListener('open', () => void lookAgain());
  source.addEventListener('changed', () => void lookAgain());
}

document.addEventListener('visibilitychange', follow);
follow();
countOn();
