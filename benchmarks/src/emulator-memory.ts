import { EquosClient } from "@equos-broker/api";
import { startEmulator } from "@equos-broker/emulator";
import { atMost, megabytes, told } from "./figure.js";
import { each, heapInUse } from "./measure.js";
import type { Section } from "./section.js";

const MAX_BYTES = 500 * 2 ** 20;

/** What an emulator takes of the heap with many conversations, its request log included. */
export const emulatorMemory: Section = {
  name: "emulator-memory",
  title: "Emulator: heap",
  needsHeap: true,
  needsRedis: false,
  async measure({ conversations: count }, say) {
    const before = await heapInUse();
    const emulator = await startEmulator();
    const equos = EquosClient.create(emulator.apiKey, { endpoint: emulator.url, checkAnswers: false });
    await each(count, 16, async (index) => {
      if (index % 10_000 === 0) say(`started ${index} of ${count}`);
      await equos.conversations.startConversation({
        createEquosConversationRequest: {
          name: `talk ${index}`,
          characterId: emulator.characterId,
          client: `shop/${index % 100}`,
          consumer: { identity: `user-${index}`, name: "Ada" },
          promptCtx: "Ada has been here before and likes shoes.",
        },
      });
    });
    const grown = (await heapInUse()) - before;
    const each100k = (grown / count) * 100_000;
    const figures = [
      atMost("100,000 conversations that run", each100k, MAX_BYTES, megabytes),
      told("measured with", `${count.toLocaleString("en")} conversations, ${megabytes(grown)}`),
    ];
    await emulator.close();
    return figures;
  },
};
