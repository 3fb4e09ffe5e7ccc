import { element } from './element.js';

/** The stage's log and those of its services, one shown at a time. */
export interface Tabs {
  readonly element: HTMLElement;
  select(service: string | undefined): void;
}

/** @param choose undefined: the stage's own */
export function createTabs(services: readonly string[], choose: (service: string | undefined) => void): Tabs {
  const names = [undefined, ...services];
  const buttons = names.map((service) => {
    const button = element('button', { type: 'button', 'aria-pressed': 'false' }, service ?? 'Stage');
    button.addEventListener('click', () => choose(service));
    return button;
  });
  return {
    element: element(
      'div',
      { class: 'log-tabs', role: 'group', 'aria-label': 'Logs', hidden: services.length === 0 },
      ...buttons,
    ),
    select: (service) => {
      for (const [index, button] of buttons.entries()) {
        button.setAttribute('aria-pressed', String(names[index] === service));
      }
    },
  };
}
