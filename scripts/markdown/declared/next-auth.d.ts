interface Session {
  readonly user?: { readonly id?: string; readonly name?: string | null };
}
interface NextAuthResult {
  readonly auth: () => Promise<Session | null>;
  readonly handlers: object;
}
export default function NextAuth(config: { readonly providers: readonly object[] }): NextAuthResult;
