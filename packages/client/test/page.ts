import { onTestFinished, vi } from "vitest";

/** What a page has and Node has not. */
export interface PageStub {
  readonly beacons: { readonly url: string; readonly body: string }[];
  readonly storage: Map<string, string>;
  hide(): void;
  show(persisted: boolean): void;
  /** Listeners that are left. */
  listeners(): number;
}

/** A window for one test: events, storage and beacons, with a real `EventTarget` behind them. */
export function pageFor(): PageStub {
  const target = new EventTarget();
  const beacons: PageStub["beacons"] = [];
  const storage = new Map<string, string>();
  let listeners = 0;
  vi.stubGlobal("addEventListener", (type: string, listener: EventListener) => {
    listeners += 1;
    target.addEventListener(type, listener);
  });
  vi.stubGlobal("removeEventListener", (type: string, listener: EventListener) => {
    listeners -= 1;
    target.removeEventListener(type, listener);
  });
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => void storage.set(key, value),
    removeItem: (key: string) => void storage.delete(key),
  });
  vi.stubGlobal("navigator", {
    sendBeacon: (url: string, body: string) => {
      beacons.push({ url, body });
      return true;
    },
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  return {
    beacons,
    storage,
    hide: () => void target.dispatchEvent(new Event("pagehide")),
    show: (persisted) => void target.dispatchEvent(Object.assign(new Event("pageshow"), { persisted })),
    listeners: () => listeners,
  };
}
