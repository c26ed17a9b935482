import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type EquosKnowledgeBase, uploadDocument } from "@equos-broker/api";
import { equosClient } from "../equos.js";

const file = new URL("../documents/opening-hours.md", import.meta.url);
const name = "opening-hours.md";

/** Puts the document into the knowledge base, unless the same bytes are there: its description tells their checksum. */
export async function document({ id, documents }: EquosKnowledgeBase): Promise<void> {
  const equos = await equosClient();
  const content = await readFile(file);
  const checksum = createHash("sha256").update(content).digest("hex");
  const description = `Opening hours and returns (sha256 ${checksum})`;
  const before = documents.filter((each) => each.name === name);
  if (before.some((each) => each.description === description && each.size === content.byteLength)) {
    console.log(`${name} is there, unchanged`);
    return;
  }
  const uploaded = await uploadDocument(equos, {
    id,
    name,
    description,
    mimeType: "text/markdown",
    content,
    onProgress: ({ sentBytes, totalBytes }) => console.log(`${name}: ${sentBytes} of ${totalBytes} bytes`),
  });
  console.log(`${name} is ${uploaded.document.status}, sha256 ${uploaded.sha256}`);
  for (const old of before) await equos.knowledgeBases.deleteDocument({ id, doc: old.id });
}
