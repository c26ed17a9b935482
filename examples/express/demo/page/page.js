// @ts-check
import { showAnswer } from "./answer.js";
import { byId, showValues } from "./values.js";

let shown = "";

/** Looks what this visitor's latest conversation is; it may have been started in another tab. */
async function look() {
  const response = await fetch("./latest").catch(() => undefined);
  const latest = response?.ok ? await response.json() : null;
  if (latest === null) return;
  const { answer, grant, status, billedSeconds } = latest;
  byId("state").textContent =
    `${grant.conversation.character.name}, ${status}: ${Math.round(billedSeconds)} seconds billed.`;
  if (shown === grant.consumerAccessToken) return;
  shown = grant.consumerAccessToken;
  showValues(grant);
  showAnswer(answer, grant);
  byId("shown").hidden = false;
}

setInterval(look, 2000);
void look();
