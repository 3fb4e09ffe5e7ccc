/** Durations of what goes on are counted here: no server is asked what time it is. */
export function countOn(): void {
  setInterval(() => {
    const main = document.querySelector('main');
    const now = Number(main?.dataset['now']);
    if (main === null || Number.isNaN(now)) return;
    // By the server's clock, whatever this machine's says.
    const offset = offsetOf(main, now);
    for (const element of main.querySelectorAll<HTMLElement | SVGElement>('[data-since]')) {
      const words = duration(Date.now() - offset - Number(element.dataset['since']));
      if (element.textContent !== words) element.textContent = words;
    }
  }, 1000);
}

const offsets = new WeakMap<Element, number>();

function offsetOf(main: Element, now: number): number {
  const known = offsets.get(main) ?? Date.now() - now;
  offsets.set(main, known);
  return known;
}

/** `12 s`, `1 min 52 s`, `2 h 5 min`: as the server says it, without tenths. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? pair(seconds, 60, 'min', 's') : pair(Math.round(seconds / 60), 60, 'h', 'min');
}

function pair(count: number, base: number, large: string, small: string): string {
  const rest = count % base;
  const whole = `${Math.floor(count / base)} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}
