/** What the name of every conversation ends in: ids only, nothing personal. By it a lost one is found again. */
export interface Tag {
  /** Empty without the option `deployment`. */
  readonly deployment: string;
  readonly ledger: string;
  readonly reservation: string;
  /** Its consumer has a tenant, of which Equos knows nothing. */
  readonly tenant: boolean;
}

const TAG = /(?:^|\s)eqb:([\w.-]*):([0-9a-z]+-[0-9a-z]+):([\w-]+)(:t)?$/;

export function writeTag({ deployment, ledger, reservation, tenant }: Tag): string {
  return `eqb:${deployment}:${ledger}:${reservation}${tenant ? ":t" : ""}`;
}

export function readTag(name: string): Tag | undefined {
  const [, deployment, ledger, reservation, tenant] = TAG.exec(name) ?? [];
  if (deployment === undefined || ledger === undefined || reservation === undefined) return undefined;
  return { deployment, ledger, reservation, tenant: tenant !== undefined };
}

/** When the books with this id were opened first, in ms since 1970 by their own clock. */
export const openedAt = (ledger: string): number => Number.parseInt(ledger, 36);
