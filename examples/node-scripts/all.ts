import { main } from "./equos.js";
import { conversation } from "./recipes/conversation.js";
import { list } from "./recipes/list.js";
import { tidyUp } from "./recipes/tidy-up.js";

const steps = { conversation, list, "tidy up": tidyUp };

/** Every recipe in its order; the character's blocks come with the conversation. */
async function all(): Promise<void> {
  for (const [name, step] of Object.entries(steps)) {
    console.log(`\n● ${name}`);
    await step();
  }
}

await main(import.meta.filename, all);
