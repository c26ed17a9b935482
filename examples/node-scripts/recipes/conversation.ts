import { client, equosClient, main } from "../equos.js";
import { character } from "./character.js";

/**
 * A conversation from start to stop. On the real Equos it is billed while it runs. What a start answers holds the prompt and
 * more: a server gives a client three values of it, which is what `@equos-broker/express` and its sisters do.
 */
export async function conversation(): Promise<void> {
  const { conversations } = await equosClient();
  const { id: characterId } = await character();
  const answer = await conversations.startConversation({
    createEquosConversationRequest: {
      name: "node-scripts",
      client,
      characterId,
      consumer: { identity: "ada", name: "Ada" },
      maxSeconds: 60,
    },
  });
  const { id, serverUrl } = answer.conversation;
  try {
    console.log(`conversation ${id} runs for at most ${answer.conversation.maxSeconds} s`);
    console.log(`a client joins ${serverUrl} and looks for ${answer.conversation.character.livekitIdentity}`);
    const now = await conversations.getConversationById({ id });
    console.log(`Equos says: ${now?.status ?? "no such conversation"}`);
  } finally {
    // `null`: it was over already.
    const stopped = await conversations.stopConversation({ id });
    console.log(`conversation ${id} ${stopped?.status ?? "was over"}`);
  }
}

await main(import.meta.filename, conversation);
