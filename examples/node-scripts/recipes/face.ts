import { type EquosFace, EquosFaceIdentity, everyItem, ResponseError } from "@equos-broker/api";
import { client, equosClient, main } from "../equos.js";

const identity = EquosFaceIdentity.Tommy;

/** A gallery face. An organization has each of them once: 409 says that it is there, whoever added it. */
export async function face(): Promise<EquosFace> {
  const { faces } = await equosClient();
  try {
    const created = await faces.createFace({ createEquosFaceRequest: { identity, client } });
    console.log(`face ${created.id} created`);
    return created;
  } catch (error) {
    if (!(error instanceof ResponseError && error.response.status === 409)) throw error;
  }
  for await (const found of everyItem(faces.listFaces)) {
    if (found.identity !== identity) continue;
    console.log(`face ${found.id} was there`);
    return found;
  }
  throw new Error(`Equos says that there is a face "${identity}", and lists none`);
}

await main(import.meta.filename, face);
