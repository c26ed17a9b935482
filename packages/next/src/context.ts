import type { AuthorizeContext } from "@equos-broker/core";

/** What `authorize` finds in `context.native` on Next. */
export interface NextNative {
  /** The route handler's request; `undefined` in a server action, where Next has none to give. */
  readonly request?: Request | undefined;
}

/** What `authorize` is given on Next. Next's own `cookies()`, and an `auth()` built on it, work in there too. */
export type NextContext = AuthorizeContext<NextNative>;
