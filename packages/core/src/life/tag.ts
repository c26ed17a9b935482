/** What the name of every conversation ends in: ids only, nothing personal. By it a lost one is found again. */
export interface Tag {
  /** Empty without the option `deployment`. */
  readonly deployment: string;
  readonly ledger: string;
  readonly reservation: string;
}

const TAG = /(?:^|\s)eqb:([\w.-]*):([0-9a-z]+-[0-9a-z]+):([\w-]+)$/;

export const writeTag = ({ deployment, ledger, reservation }: Tag): string =>
  `eqb:${deployment}:${ledger}:${reservation}`;

export function readTag(name: string): Tag | undefined {
  const [, deployment, ledger, reservation] = TAG.exec(name) ?? [];
  if (deployment === undefined || ledger === undefined || reservation === undefined) return undefined;
  return { deployment, ledger, reservation };
}

/** When the books with this id were opened first, in ms since 1970 by their own clock. */
export const openedAt = (ledger: string): number => Number.parseInt(ledger, 36);
