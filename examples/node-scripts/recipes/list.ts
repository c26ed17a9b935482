import { everyItem } from "@equos-broker/api";
import { equosClient, main } from "../equos.js";

/** Everything that the organization has, of whatever `client`. */
export async function list(): Promise<void> {
  const { characters, brains, faces, voices, knowledgeBases, conversations, organizations } = await equosClient();
  for await (const { id, name } of everyItem(characters.listCharacters)) console.log(`character ${id} "${name}"`);
  for await (const { id, greetingMessage } of everyItem(brains.listBrains)) {
    console.log(`brain ${id} "${greetingMessage}"`);
  }
  for await (const { id, identity } of everyItem(faces.listFaces)) console.log(`face ${id} ${identity}`);
  for await (const { id, identity } of everyItem(voices.listVoices)) console.log(`voice ${id} ${identity}`);
  for await (const { id, name, documents } of everyItem(knowledgeBases.listKnowledgeBases)) {
    console.log(`knowledge base ${id} "${name}", ${documents.length} document(s)`);
    for (const document of documents) console.log(`  ${document.id} ${document.name}, ${document.status}`);
  }
  for await (const { id, name, status } of everyItem(conversations.listConversations)) {
    console.log(`conversation ${id} "${name}", ${status}`);
  }
  console.log(`free seconds used: ${await organizations.getFreemiumUsage()}`);
}

await main(import.meta.filename, list);
