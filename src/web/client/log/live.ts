import type { LinesJson, LogEventName, OutlineJson } from '../../log-protocol.js';

export interface LiveHandlers {
  readonly lines: (lines: LinesJson) => void;
  readonly outline: (outline: OutlineJson) => void;
  /** Nothing more comes. */
  readonly end: () => void;
  readonly state: (state: 'live' | 'connecting again') => void;
}

/** A log while it grows. The browser comes back by itself, to where it was. @returns how to leave */
export function followLog(address: string, handlers: LiveHandlers): () => void {
  const events = new EventSource(address);
  const on = (name: LogEventName, handle: (data: string) => void): void =>
    events.addEventListener(name, (event: MessageEvent<string>) => handle(event.data));
  on('lines', (data) => handlers.lines(JSON.parse(data) as LinesJson));
  on('outline', (data) => handlers.outline(JSON.parse(data) as OutlineJson));
  on('end', () => {
    events.close();
    handlers.end();
  });
  events.addEventListener('open', () => handlers.state('live'));
  events.addEventListener('error', () => handlers.state('connecting again'));
  return () => events.close();
}
