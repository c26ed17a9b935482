import type { TokenSourceConfigurable } from "livekit-client";

/** What the page offers to the test in the place of buttons, as `globalThis.page`. */
export interface Handles {
  source(): TokenSourceConfigurable;
  /** `strict`: effects run twice, as React does it while a page is developed. */
  mount(strict: boolean): void;
  unmount(): void;
  /** The room's server does not exist, so this always fails in the end; what it fetched on the way is what counts. */
  start(): Promise<string>;
  end(): Promise<void>;
  /** By the token alone, as a page does that knows nothing else of Equos. */
  stop(token: string): Promise<number>;
}
