/**
 * What pages do beyond being read; without it they only need a reload. Text reaches the page as
 * text nodes alone. A module, because the build is the compiler alone: it copies no other files.
 */
export const SCRIPT = `
'use strict';

// The log of a running stage: lines are added as they come. EventSource resumes by itself, by the
// byte offset that is each event's id.
const log = document.querySelector('pre[data-stream]');
if (log) {
  const mostLines = 20000; // what a browser lays out without a pause; the whole log is one link away
  const kept = [];
  const status = document.querySelector('[data-log-status]');
  const events = new EventSource(log.dataset.stream);
  const isAtEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 48;
  let waiting = [];
  const show = () => {
    if (waiting.length === 0) return;
    const follow = isAtEnd();
    const added = document.createTextNode(waiting.join(''));
    kept.push({ node: added, lines: added.data.split('\\n').length });
    waiting = [];
    log.append(added);
    let lines = kept.reduce((sum, one) => sum + one.lines, 0);
    while (lines > mostLines && kept.length > 1) {
      const oldest = kept.shift();
      lines -= oldest.lines;
      oldest.node.remove();
    }
    if (follow) scrollTo(0, document.documentElement.scrollHeight);
  };
  events.addEventListener('log', (event) => {
    if (waiting.length === 0) requestAnimationFrame(show);
    waiting.push(event.data + '\\n');
  });
  events.addEventListener('end', () => {
    events.close();
    show();
    location.reload();
  });
  events.addEventListener('open', () => {
    status.textContent = 'live';
  });
  events.addEventListener('error', () => {
    status.textContent = 'connecting again';
  });
}

// A run that goes on: looked at again while someone looks, put in place only when its state changed.
const running = document.querySelector('main[data-state]');
if (running) {
  const again = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href).catch(() => undefined);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const main = page.querySelector('main');
    const shown = document.querySelector('main');
    if (!main || main.dataset.state === shown.dataset.state) return;
    const focused = document.activeElement && document.activeElement.getAttribute('href');
    for (const matrix of shown.querySelectorAll('details[data-cells]')) {
      const same = main.querySelector('details[data-cells="' + CSS.escape(matrix.dataset.cells) + '"]');
      if (same) same.open = matrix.open;
    }
    shown.replaceWith(main);
    document.title = page.title;
    if (focused) main.querySelector('a[href="' + CSS.escape(focused) + '"]')?.focus();
    if (main.dataset.state === undefined) clearInterval(timer);
  };
  const timer = setInterval(again, 3000);
}
`;
