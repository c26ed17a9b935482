import type { EquosPort, StartRequest } from "@equos-broker/core";
import { grant } from "./invented.js";

type Call = "start" | "stop" | "look";

/** An Equos in this process that answers at once, in JSON as over the wire. It keeps ids of what has ended, no more. */
export class LocalEquos {
  readonly calls: Record<Call, number> = { start: 0, stop: 0, look: 0 };
  /** Told of each call before it is answered. */
  onCall: (call: Call) => void = () => undefined;
  /** How long it takes over telling of a conversation. */
  lookMs = 0;
  readonly #ended = new Set<string>();

  readonly port: EquosPort = {
    conversations: {
      startConversation: async ({ createEquosConversationRequest }) => {
        this.#note("start");
        return overTheWire(answerTo(createEquosConversationRequest));
      },
      stopConversation: async ({ id }) => {
        this.#note("stop");
        this.#ended.add(id);
        return this.#seen(id);
      },
      getConversationById: async ({ id }) => {
        this.#note("look");
        if (this.lookMs > 0) await new Promise((resolve) => setTimeout(resolve, this.lookMs));
        return this.#seen(id);
      },
      listConversations: async () => ({ total: 0, conversations: [] }),
    },
  };

  #note(call: Call): void {
    this.calls[call] += 1;
    this.onCall(call);
  }

  #seen(id: string) {
    return overTheWire({ id, status: this.#ended.has(id) ? "ended" : "running", name: "" });
  }
}

function answerTo(request: StartRequest) {
  const { consumer, maxSeconds } = overTheWire(request);
  const { conversation, consumerAccessToken } = grant(consumer.identity, Date.now(), maxSeconds);
  return { conversation: { ...conversation, name: request.name }, consumerAccessToken };
}

// The same value in strings of its own.
const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
