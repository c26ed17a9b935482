/** The part of Node's `Readable` that is needed. */
export interface NodeStream {
  readonly readable: boolean;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  resume(): unknown;
}

/** The part of Node's `IncomingMessage` that is needed: no type of Node's, Express' or another framework's. */
export interface NodeRequest extends NodeStream {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined;
}

/** The part of Node's `ServerResponse` that is needed. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  readonly destroyed?: boolean | undefined;
  /** HTTP/2's. */
  readonly stream?: { readonly destroyed?: boolean; readonly rstCode?: number | undefined } | undefined;
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(body?: string): unknown;
  once(event: string, listener: () => void): unknown;
}
