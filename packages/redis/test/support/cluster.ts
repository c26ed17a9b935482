import { nodeRedis } from "./clients.js";
import { RedisServer } from "./redis-server.js";
import { until } from "./until.js";

const SLOTS = 16_384;

/** A Cluster of so many nodes, each with its share of the slots and no replica. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start(count: number): Promise<RedisCluster> {
    // A new node waits for this time, at most five seconds, before it takes commands.
    const timeout = ["--cluster-node-timeout", "500"];
    const args = ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", ...timeout];
    const nodes = await Promise.all(Array.from({ length: count }, () => RedisServer.start(...args)));
    const cluster = new RedisCluster(nodes);
    const share = Math.ceil(SLOTS / count);
    for (const [index, node] of nodes.entries()) {
      const range = [index * share, Math.min((index + 1) * share, SLOTS) - 1].map(String);
      await cluster.#ask(node, "CLUSTER", "ADDSLOTSRANGE", ...range);
      if (node !== nodes[0]) await cluster.#ask(node, "CLUSTER", "MEET", "127.0.0.1", String(nodes[0]?.port));
    }
    for (const node of nodes) {
      await until(async () => {
        const info = String(await cluster.#ask(node, "CLUSTER", "INFO"));
        return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${count}`);
      });
    }
    // On a busy machine none is to be taken for dead.
    for (const node of nodes) await cluster.#ask(node, "CONFIG", "SET", "cluster-node-timeout", "15000");
    return cluster;
  }

  /** The first node's port: clients find the others by it. */
  get port(): number {
    return this.nodes[0]?.port ?? 0;
  }

  /** Moves the slot of a key to another node. `half`: called when its keys are there and the slot is not yet. */
  async moveSlotOf(key: string, half: () => Promise<void>): Promise<void> {
    const [any] = this.nodes;
    if (any === undefined) throw new Error("no node");
    const slot = String(await this.#ask(any, "CLUSTER", "KEYSLOT", key));
    const ids = await Promise.all(this.nodes.map((node) => this.#ask(node, "CLUSTER", "MYID").then(String)));
    const counts = await Promise.all(this.nodes.map((node) => this.#ask(node, "CLUSTER", "COUNTKEYSINSLOT", slot)));
    const from = counts.findIndex((count) => Number(count) > 0);
    const to = (from + 1) % this.nodes.length;
    const [source, target] = [this.nodes[from], this.nodes[to]];
    if (source === undefined || target === undefined) throw new Error(`nobody has a key of ${key}'s slot`);
    await this.#ask(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", ids[from] ?? "");
    await this.#ask(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to] ?? "");
    const keys = (await this.#ask(source, "CLUSTER", "GETKEYSINSLOT", slot, "1000")) as string[];
    await this.#ask(source, "MIGRATE", "127.0.0.1", String(target.port), "", "0", "5000", "KEYS", ...keys);
    await half();
    for (const node of [target, source, ...this.nodes]) {
      await this.#ask(node, "CLUSTER", "SETSLOT", slot, "NODE", ids[to] ?? "");
    }
  }

  async #ask(node: RedisServer, ...command: [string, ...string[]]): Promise<unknown> {
    const connection = await nodeRedis(node.port);
    try {
      return await connection.command(...command);
    } finally {
      await connection.close();
    }
  }
}
