import type { Background } from "../background.js";
import type { Settings } from "../settings.js";
import type { ConversationRecord } from "../state/state.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Events } from "./events.js";
import type { OpenStore, StoreOpener } from "./open-store.js";
import type { Pending } from "./pending.js";

/** What every service works with. */
export interface Context {
  readonly settings: Settings;
  readonly stores: StoreOpener;
  readonly upstream: Upstream;
  readonly events: Events;
  readonly background: Background;
  readonly pending: Pending;
}

/** Keeps a serverless function alive until a task settles. */
export type WaitUntil = (task: Promise<unknown>) => void;

/** Yields the records of all readable states. A record may come twice. */
export async function* recordsOf(store: OpenStore): AsyncGenerator<ConversationRecord, void, undefined> {
  for await (const { state } of store.session.list()) if (!("unreadable" in state)) yield* state.records;
}
