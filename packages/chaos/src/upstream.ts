import { type ConversationSnapshot, type Emulator, type FaultedRequest, startEmulator } from "@equos-broker/emulator";
import type { EventLog } from "./event-log.js";
import type { Conversation, UpstreamCall } from "./facts.js";
import { type FaultKind, faultKinds, type Operation, operations } from "./fault-kinds.js";
import { textField } from "./http-call.js";
import type { Interval } from "./intervals.js";
import type { Random } from "./random.js";
import type { Terms } from "./terms.js";

/** How often a call of each operation meets a fault when all else is well. */
const faultShare: Readonly<Record<Operation, number>> = {
  startConversation: 0.16,
  stopConversation: 0.12,
  getConversationById: 0.1,
  // Only while the lists are in trouble: then it can be told for how long a search was held up.
  listConversations: 0,
};

/** How often lists fail while they are in trouble. */
const LIST_TROUBLE = 0.6;

/** Equos, as the harness sees it: what runs there, every call that reached it, and what goes wrong with them. */
export class Upstream {
  readonly emulator: Emulator;
  readonly calls: UpstreamCall[] = [];
  /** When lists failed. */
  readonly listTrouble: Interval[] = [];
  #faults = 0;
  readonly #random: Random;
  readonly #log: EventLog;
  readonly #terms: Terms;
  readonly #chosen = new WeakMap<FaultedRequest, FaultKind>();
  readonly #outages = new Map<Operation, number>();
  #calm = false;
  #listsUntil = 0;

  static async start(settings: {
    readonly random: Random;
    readonly log: EventLog;
    readonly terms: Terms;
    /** Whether the API tells that somebody joined; unfavourable: never. */
    readonly joined: "never" | "consumer";
  }): Promise<Upstream> {
    const emulator = await startEmulator({ switches: { joined: settings.joined, onConsumerLeave: "nothing" } });
    return new Upstream(emulator, settings);
  }

  private constructor(
    emulator: Emulator,
    { random, log, terms }: { readonly random: Random; readonly log: EventLog; readonly terms: Terms },
  ) {
    this.emulator = emulator;
    this.#random = random;
    this.#log = log;
    this.#terms = terms;
    for (const operation of operations) {
      const kinds = faultKinds[operation];
      // Sees every call first and decides; the faults behind it only ask what was decided.
      const look = (request: FaultedRequest) => {
        this.#receive(operation, request);
        return false;
      };
      emulator.faults.queue(operation, { times: Number.POSITIVE_INFINITY, when: look });
      for (const kind of kinds) {
        const when = (request: FaultedRequest) => this.#chosen.get(request) === kind;
        emulator.faults.queue(operation, { ...kind.fault, times: Number.POSITIVE_INFINITY, when });
      }
    }
  }

  get faults(): number {
    return this.#faults;
  }

  /** Every call of these operations fails for a while. */
  outage(which: readonly Operation[], ms: number): void {
    for (const operation of which) this.#outages.set(operation, Date.now() + ms);
    if (which.includes("listConversations")) this.troubleLists(ms);
    this.#log.add("upstream.outage", { operations: which, ms, everybody: true });
  }

  /** Lists fail in all their ways for a while. */
  troubleLists(ms: number): void {
    const now = Date.now();
    // A call that is kept waiting at the end of it comes back later.
    this.listTrouble.push([now, now + ms + this.#terms.timeouts.stopSeconds * 1000]);
    this.#listsUntil = now + ms;
    this.#log.add("upstream.lists", { ms, everybody: true });
  }

  /** No more faults. */
  calm(): void {
    this.#calm = true;
  }

  conversations(): Conversation[] {
    return this.emulator.conversations().map(conversationOf);
  }

  #receive(operation: Operation, request: FaultedRequest): void {
    const kind = this.#choose(operation);
    if (kind !== undefined) {
      this.#chosen.set(request, kind);
      this.#faults += 1;
    }
    const call: UpstreamCall = {
      at: Date.now(),
      operation,
      ...(request.id === undefined ? {} : { conversation: request.id }),
      ...(operation === "startConversation" ? { reservation: reservationIn(textField(request.body, "name")) } : {}),
      ...(kind === undefined ? {} : { fault: kind.name }),
      spoiled: kind?.spoils ?? false,
      holdsMs: Math.min(kind?.holdsMs ?? 0, this.#terms.timeouts.stopSeconds * 1000),
    };
    this.calls.push(call);
    const { at, ...details } = call;
    this.#log.add("upstream.call", { ...details, consumer: request.consumerIdentity }, at);
  }

  #choose(operation: Operation): FaultKind | undefined {
    if (this.#calm) return undefined;
    const kinds = faultKinds[operation];
    if ((this.#outages.get(operation) ?? 0) > Date.now()) return kinds[0];
    const share =
      operation === "listConversations" && this.#listsUntil > Date.now() ? LIST_TROUBLE : faultShare[operation];
    return this.#random.chance(share) ? this.#random.weighted(kinds) : undefined;
  }
}

/** The upstream name of a conversation ends in `eqb:<deployment>:<store id>:<reservation>[:flags]`. */
export function reservationIn(name: string | undefined): string | undefined {
  return /(?:^| )eqb:[^: ]*:[^: ]+:([\w-]+\.[\w-]+)(?::t?h?)?$/.exec(name ?? "")?.[1];
}

function conversationOf(snapshot: ConversationSnapshot): Conversation {
  const { id, name, consumerIdentity, startedAt, joinedAt, endedAt, maxSeconds, billedSeconds, endReason } = snapshot;
  const time = (iso: string | undefined) => (iso === undefined ? undefined : Date.parse(iso));
  return {
    id,
    reservation: reservationIn(name),
    consumer: consumerIdentity ?? "",
    startedAt: Date.parse(startedAt),
    endedAt: time(endedAt),
    joinedAt: time(joinedAt),
    maxSeconds,
    billedSeconds,
    ranOut: endReason === "max-seconds",
  };
}
