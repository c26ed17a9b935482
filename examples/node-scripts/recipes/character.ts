import { type EquosCharacter, everyItem } from "@equos-broker/api";
import { client, equosClient, main } from "../equos.js";
import { brain } from "./brain.js";
import { face } from "./face.js";
import { knowledgeBase } from "./knowledge-base.js";
import { voice } from "./voice.js";

const livekitIdentity = "node-scripts-shop-assistant";

/** The character, made of the four others: created once, changed when one of them is another. */
export async function character(): Promise<EquosCharacter> {
  const { characters } = await equosClient();
  const request = {
    name: "Shop assistant",
    faceId: (await face()).id,
    voiceId: (await voice()).id,
    brainId: (await brain()).id,
    knowledgeBaseId: (await knowledgeBase()).id,
  };
  for await (const found of everyItem(characters.listCharacters, { client })) {
    if (found.livekitIdentity !== livekitIdentity) continue;
    const changed = Object.entries(request).some(([name, value]) => Reflect.get(found, name) !== value);
    if (!changed) {
      console.log(`character ${found.id} is as it should be`);
      return found;
    }
    // PUT, yet what is left out stays as it is; client and livekitIdentity cannot be changed.
    const updated = await characters.updateCharacter({ id: found.id, updateEquosCharacterRequest: request });
    console.log(`character ${updated.id} updated`);
    return updated;
  }
  const created = await characters.createCharacter({
    createEquosCharacterRequest: { ...request, client, livekitIdentity },
  });
  console.log(`character ${created.id} created`);
  return created;
}

await main(import.meta.filename, character);
