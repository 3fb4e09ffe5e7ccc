import { element } from './element.js';

type Service = string | undefined;

/** The stage's log and those of its services, one shown at a time. */
export interface Tabs {
  readonly element: HTMLElement;
  /** Services that printed something by now. */
  update(services: readonly string[]): void;
  select(service: Service): void;
}

/** @param choose undefined: the stage's own */
export function createTabs(choose: (service: Service) => void): Tabs {
  const tabs = element('div', { class: 'log-tabs', role: 'group', 'aria-label': 'Logs', hidden: true });
  const buttons = new Map<Service, HTMLButtonElement>();
  let selected: Service;
  const add = (service: Service): void => {
    const button = element('button', { type: 'button' }, service ?? 'Stage');
    button.addEventListener('click', () => choose(service));
    buttons.set(service, button);
    tabs.append(button);
  };
  const press = (): void => {
    for (const [service, button] of buttons)
      button.setAttribute('aria-pressed', String(service === selected));
  };
  add(undefined);
  press();
  return {
    element: tabs,
    update: (services) => {
      for (const service of services) if (!buttons.has(service)) add(service);
      tabs.hidden = buttons.size === 1;
      press();
    },
    select: (service) => {
      selected = service;
      press();
    },
  };
}
