import { type EquosKnowledgeBase, everyItem } from "@equos-broker/api";
import { client, equosClient, main } from "../equos.js";
import { document } from "./document.js";

const name = "Shop";

/** The shop's knowledge base, with its document in it. */
export async function knowledgeBase(): Promise<EquosKnowledgeBase> {
  const { knowledgeBases } = await equosClient();
  let base: EquosKnowledgeBase | undefined;
  for await (const found of everyItem(knowledgeBases.listKnowledgeBases, { client })) {
    if (found.name === name) base = found;
  }
  if (base === undefined) {
    const request = { name, client, description: "What the shop's assistant may know" };
    base = await knowledgeBases.createKnowledgeBase({ createKnowledgeBaseRequest: request });
    console.log(`knowledge base ${base.id} created`);
  } else {
    console.log(`knowledge base ${base.id} was there`);
  }
  await document(base);
  return base;
}

await main(import.meta.filename, knowledgeBase);
