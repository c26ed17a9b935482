import { type Emulator, manualClock, startEmulator } from "@equos-broker/emulator";
import { type BrokerOptions, ConversationBroker, type NextContext } from "@equos-broker/next";
import { afterEach, beforeEach } from "vitest";

type Options = BrokerOptions<NextContext["native"], { identity: string; name: string }, string, unknown>;

/** An emulator for each test, and brokers on it that need no server. */
export function onEmulator() {
  let open: Emulator | undefined;
  beforeEach(async () => {
    open = await startEmulator();
  });
  afterEach(async () => await open?.close());
  const emulator = (): Emulator => {
    if (open === undefined) throw new Error("The emulator does not run yet");
    return open;
  };
  const brokerWith = (options: Partial<Options> = {}) => {
    const { apiKey, url, characterId } = emulator();
    return new ConversationBroker({
      authorize: () => ({ identity: "ada", name: "Ada" }),
      apiKey,
      endpoint: url,
      characters: { guide: characterId },
      // A store with a clock shares its data with no other one.
      clock: manualClock(),
      logger: { warn: () => undefined, error: () => undefined },
      ...options,
    });
  };
  return { emulator, brokerWith };
}
