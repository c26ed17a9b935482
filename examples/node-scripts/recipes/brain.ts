import { type EquosBrain, everyItem } from "@equos-broker/api";
import { client, equosClient, main } from "../equos.js";

const request = {
  client,
  instructions: "You are the shop's assistant. Answer briefly, from the shop's documents, and never invent a price.",
  greetingMessage: "Hello! What are you looking for?",
};

/** The shop's brain: created once, changed when its texts have changed. */
export async function brain(): Promise<EquosBrain> {
  const { brains } = await equosClient();
  for await (const found of everyItem(brains.listBrains, { client })) {
    const same = found.instructions === request.instructions && found.greetingMessage === request.greetingMessage;
    if (same) {
      console.log(`brain ${found.id} is as it should be`);
      return found;
    }
    // PATCH, yet Equos wants the whole of it.
    const updated = await brains.updateBrain({ id: found.id, createEquosBrainRequest: request });
    if (updated !== null) {
      console.log(`brain ${updated.id} updated`);
      return updated;
    }
  }
  const created = await brains.createBrain({ createEquosBrainRequest: request });
  console.log(`brain ${created.id} created`);
  return created;
}

await main(import.meta.filename, brain);
