import { type EquosVoice, EquosVoiceIdentity, everyItem, ResponseError } from "@equos-broker/api";
import { client, equosClient, main } from "../equos.js";

const identity = EquosVoiceIdentity.Leda;

/** A voice of the catalogue; like a face, an organization has each of them once. */
export async function voice(): Promise<EquosVoice> {
  const { voices } = await equosClient();
  const request = { identity, client, instructions: "Warm, unhurried, with a smile." };
  try {
    const created = await voices.createVoice({ createEquosVoiceRequest: request });
    console.log(`voice ${created.id} created`);
    return created;
  } catch (error) {
    if (!(error instanceof ResponseError && error.response.status === 409)) throw error;
  }
  for await (const found of everyItem(voices.listVoices)) {
    if (found.identity !== identity) continue;
    console.log(`voice ${found.id} was there`);
    return found;
  }
  throw new Error(`Equos says that there is a voice "${identity}", and lists none`);
}

await main(import.meta.filename, voice);
