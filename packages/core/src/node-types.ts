/** The part of Node's `Socket` that is needed; emulated ones may have less. @inline */
export interface NodeSocket {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean | undefined;
  once?(event: string, listener: () => void): unknown;
}

/** The part of Node's `Readable` that is needed. */
export interface NodeStream {
  readonly readable: boolean;
  /** Somebody has taken something out of it. */
  readonly readableDidRead?: boolean | undefined;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  resume(): unknown;
  destroy?(): unknown;
}

/** The part of Node's `IncomingMessage` that is needed: no type of Node's, Express' or another framework's. */
export interface NodeRequest extends NodeStream {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: NodeSocket | null | undefined;
}

/** The part of Node's `ServerResponse` that is needed. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  readonly destroyed?: boolean | undefined;
  /** `null` while it waits behind another one of its connection. */
  readonly socket?: unknown;
  /** HTTP/2's. */
  readonly stream?: { readonly destroyed?: boolean; readonly rstCode?: number | undefined } | undefined;
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(body?: string): unknown;
  once(event: string, listener: () => void): unknown;
}
