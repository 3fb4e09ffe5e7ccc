import { countOn } from './count-on.js';
import { readHash } from './log/address.js';
import { element } from './log/element.js';
import { endpointsOf } from './log/endpoints.js';
import { renewHead } from './log/head.js';
import { createHelp } from './log/help.js';
import { commandOf } from './log/keys.js';
import { createPanel, type Panel } from './log/panel.js';
import { createTabs } from './log/tabs.js';

/** How long something that was said stays. */
const SAID_MS = 4_000;

/** Takes the place of the text of a log that the page came with. */
async function start(place: HTMLElement): Promise<void> {
  const address = new URL(place.dataset['log'] ?? '', location.href).href;
  const state = document.querySelector<HTMLElement>('[data-log-state]');
  const outline = await endpointsOf(address, undefined).outline();
  const help = createHelp();
  const said = element('div', { class: 'log-said', role: 'status' });
  let forget: ReturnType<typeof setTimeout> | undefined;
  const say = (words: string): void => {
    said.textContent = words;
    clearTimeout(forget);
    forget = setTimeout(() => said.replaceChildren(), SAID_MS);
  };
  let panel: Panel | undefined;
  let shown: string | undefined;
  let opened = 0;
  /** The page came before the stage began: its head says that it waits. */
  let hasBegun = place.dataset['started'] !== undefined;

  const open = async (service: string | undefined): Promise<void> => {
    opened += 1;
    const turn = opened;
    const endpoints = endpointsOf(address, service);
    const itsOutline = service === undefined && !panel ? outline : await endpoints.outline();
    if (turn !== opened) return;
    const next = createPanel({
      endpoints,
      outline: itsOutline,
      service,
      label: service === undefined ? 'Log' : `Log of ${service}`,
      started: Number(place.dataset['started']) || undefined,
      help: () => help.showModal(),
      say,
      services: (names) => tabs.update(names),
      sayState: (words) => {
        if (state) state.textContent = words;
      },
      grew: () => {
        if (hasBegun) return;
        hasBegun = true;
        void renewHead().catch(() => undefined);
      },
      ended: () => void renewHead().catch(() => say('Reload to see how it ended')),
    });
    panel?.close();
    panel = next;
    shown = service;
    tabs.select(service);
    view.replaceChildren(next.element);
    if (!place.contains(view)) place.replaceChildren(tabs.element, view, said, help);
    place.classList.add('is-taken');
    const hash = readHash(location.hash);
    next.begin(hash?.service === service ? hash?.lines : undefined);
  };

  const tabs = createTabs((service) => {
    history.replaceState(
      null,
      '',
      service === undefined ? location.pathname + location.search : `#${encodeURIComponent(service)}/`,
    );
    open(service).catch(() => say(`The log of ${service ?? 'the stage'} could not be read`));
  });
  const view = element('div', { class: 'log-tabpanel' });
  // An address may name a service that has no log.
  await open(readHash(location.hash)?.service).catch(() => open(undefined));

  addEventListener('hashchange', () => {
    const hash = readHash(location.hash);
    if (!hash) return;
    if (hash.service === shown) panel?.select(hash.lines);
    else open(hash.service).catch(() => say('That log could not be read'));
  });
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || help.open) return;
    const command = commandOf(event, whereOf(event.target));
    if (!command || !panel) return;
    event.preventDefault();
    panel.ask(command);
  });
}

function whereOf(target: EventTarget | null): 'log' | 'control' | 'field' | 'nothing' {
  if (!(target instanceof Element) || target === document.body) return 'nothing';
  if (target.matches('input, textarea, select, [contenteditable]')) return 'field';
  if (target.matches('.log-scroller')) return 'log';
  return target.matches('a, button, summary, [tabindex]') ? 'control' : 'nothing';
}

countOn();
const place = document.querySelector<HTMLElement>('[data-log]');
// What the page came with stays, if the server cannot say more now.
if (place) start(place).catch(() => place.classList.add('is-taken'));
