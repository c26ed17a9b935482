interface Session {
  readonly user: { readonly id: string; readonly name: string };
}
export interface Auth {
  readonly handler: (request: Request) => Promise<Response>;
  readonly api: { getSession(call: { readonly headers: Headers }): Promise<Session | null> };
}
export declare function betterAuth(options: object): Auth;
