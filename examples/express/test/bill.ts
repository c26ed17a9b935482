interface Billed {
  readonly id: string;
  readonly status: "running" | "ended";
  readonly billedSeconds: number;
  readonly endReason?: string;
}

/** Every conversation that the demo's emulator knows. */
export async function billOf(url: string): Promise<readonly Billed[]> {
  const response = await fetch(`${url}/demo/bill`);
  const { conversations } = (await response.json()) as { conversations: readonly Billed[] };
  return conversations;
}

const find = async (url: string, id: string) => (await billOf(url)).find((conversation) => conversation.id === id);

export const statusOf = async (url: string, id: string) => (await find(url, id))?.status;
