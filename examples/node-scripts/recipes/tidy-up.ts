import { everyItem, ResponseError } from "@equos-broker/api";
import { client, equosClient, main } from "../equos.js";

const own = { client };

/** Deletes one thing; what something else still uses stays. */
async function remove(what: string, id: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    console.log(`${what} ${id} deleted`);
  } catch (error) {
    if (!(error instanceof ResponseError && error.response.status === 409)) throw error;
    console.log(`${what} ${id} is in use and stays`);
  }
}

/** Stops and deletes whatever these scripts have made: what uses others goes before them. */
export async function tidyUp(): Promise<void> {
  const { conversations, characters, brains, faces, voices, knowledgeBases } = await equosClient();
  for await (const { id, status } of everyItem(conversations.listConversations, own)) {
    if (status === "running") await conversations.stopConversation({ id });
  }
  for await (const { id } of everyItem(characters.listCharacters, own)) {
    await remove("character", id, () => characters.deleteCharacter({ id }));
  }
  for await (const { id } of everyItem(knowledgeBases.listKnowledgeBases, own)) {
    await remove("knowledge base", id, () => knowledgeBases.deleteKnowledgeBase({ id }));
  }
  for await (const { id } of everyItem(brains.listBrains, own)) {
    await remove("brain", id, () => brains.deleteBrain({ id }));
  }
  for await (const { id } of everyItem(voices.listVoices, own)) {
    await remove("voice", id, () => voices.deleteVoice({ id }));
  }
  for await (const { id } of everyItem(faces.listFaces, own)) {
    await remove("face", id, () => faces.deleteFace({ id }));
  }
}

await main(import.meta.filename, tidyUp);
