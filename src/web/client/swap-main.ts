/** Puts the page as it is now in place of the one that is shown: what somebody opened, scrolled and stands on stays. */
export function swapMain(page: Document): void {
  const shown = document.querySelector('main');
  const next = page.querySelector('main');
  if (shown === null || next === null) return;
  const [left, top] = [scrollX, scrollY];
  keep(shown, next);
  const focused = nameOf(document.activeElement);
  shown.replaceWith(document.adoptNode(next));
  document.title = page.title;
  if (focused !== undefined) {
    [...next.querySelectorAll<HTMLElement>('a, button, summary, [tabindex]')]
      .find((element) => nameOf(element) === focused)
      ?.focus({ preventScroll: true });
  }
  for (const box of next.querySelectorAll<HTMLElement>('[data-left]')) {
    box.scrollLeft = Number(box.dataset['left']);
  }
  scrollTo(left, top);
}

function keep(shown: Element, next: Element): void {
  for (const old of shown.querySelectorAll<HTMLElement>('[data-keep]')) {
    const same = next.querySelector<HTMLElement>(`[data-keep="${CSS.escape(old.dataset['keep'] ?? '')}"]`);
    if (same === null) continue;
    if (old instanceof HTMLDetailsElement && same instanceof HTMLDetailsElement) same.open = old.open;
    same.dataset['left'] = String(old.scrollLeft);
  }
  const said = shown.querySelector('.said');
  // It is sent once; who had no time to read it still may.
  if (said !== null && next.querySelector('.said') === null) next.prepend(document.importNode(said, true));
}

/** By which an element is found again on the next page. */
function nameOf(element: Element | null): string | undefined {
  if (element === null || element === document.body) return undefined;
  const form = element.closest('form')?.getAttribute('action') ?? '';
  const kept = element.closest<HTMLElement>('[data-keep]')?.dataset['keep'] ?? '';
  return [element.tagName, element.getAttribute('href') ?? '', form, kept].join(' ');
}
