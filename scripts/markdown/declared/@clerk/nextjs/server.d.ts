export declare function auth(): Promise<{
  readonly userId: string | null;
  readonly sessionClaims: Record<string, unknown> | null;
}>;
