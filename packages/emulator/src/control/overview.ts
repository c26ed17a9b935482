import type { Emulator } from "../emulator.js";
import type { Faults } from "../faults/fault-queue.js";
import type { Organization } from "../state/organization.js";
import type { RequestLog } from "../wire/request-log.js";

/** What the page knows the emulator by. */
export interface Watched {
  readonly organization: Organization;
  readonly faults: Faults;
  readonly requests: RequestLog;
}

const shownConversations = 50;
const shownRequests = 50;

/** Everything that the page shows, as JSON. */
export function overviewOf(emulator: Emulator, { organization, faults, requests }: Watched) {
  const conversations = emulator.conversations();
  const { totalSeconds, totalPrice } = emulator.bill();
  const running = conversations.filter(({ endedAt }) => endedAt === undefined);
  const over = conversations.filter(({ endedAt }) => endedAt !== undefined);
  return {
    url: emulator.url,
    apiKey: emulator.apiKey,
    livekit: emulator.livekit.url,
    clock: { now: new Date(emulator.clock.now()).toISOString(), running: emulator.clock.running },
    counts: {
      running: running.length,
      conversations: conversations.length,
      characters: organization.characters.all().length,
      brains: organization.brains.all().length,
      faces: organization.faces.all().length,
      voices: organization.voices.all().length,
      knowledgeBases: organization.knowledgeBases.all().length,
    },
    characters: organization.characters.all().map(({ id, name }) => ({ id, name })),
    bill: { seconds: totalSeconds, price: totalPrice },
    // What runs first, then what ended last.
    conversations: [...running.toReversed(), ...over.toReversed()].slice(0, shownConversations),
    requests: requests.latest(shownRequests),
    faults: faults.list().map(({ target, left, fault: { status, drop, delayMs, probability, after } }) => ({
      target,
      left: Number.isFinite(left) ? left : null,
      what: { status, drop, delayMs, probability, after },
    })),
  };
}
