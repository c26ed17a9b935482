/** Milliseconds between two looks at the emulator. */
const pace = 1000;

const operations = [
  "any",
  "startConversation",
  "stopConversation",
  "getConversationById",
  "listConversations",
  "createCharacter",
  "listCharacters",
  "createBrain",
  "createFace",
  "createVoice",
  "createKnowledgeBase",
  "addDocument",
  "indexDocument",
];

const faults = {
  500: { status: 500 },
  "503, three times": { status: 503, times: 3 },
  "429, retry after 10 s": { status: 429, retryAfter: 10 },
  401: { status: 401 },
  402: { status: 402 },
  "a closed socket": { drop: true },
  "a closed socket, after it was carried out": { drop: true, after: "create" },
  "5 s of waiting": { delayMs: 5000 },
  silence: { silence: true },
  "JSON that breaks off": { kind: "truncated" },
  "an HTML page": { kind: "html" },
  "500, one in five": { status: 500, probability: 0.2 },
};

const at = (id) => document.getElementById(id);

/** An element with text, never markup: what it shows comes from requests. */
function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, properties);
}

async function send(method, path, body) {
  const response = await fetch(`/emulator/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  if (!response.ok) say((await response.json()).message, true);
  await refresh();
}

function say(text, lost = false) {
  const link = at("link");
  if (link.textContent !== text) link.textContent = text;
  link.dataset.lost = String(lost);
}

const clockText = (iso) => iso.replace("T", " ").replace(/\.\d+Z$/, " UTC");
const secondsText = (seconds) => `${seconds.toLocaleString("en", { maximumFractionDigits: 1 })} s`;

function tag(text) {
  const result = element("span", text, { className: "tag" });
  result.dataset.kind = text;
  return result;
}

function row(...cells) {
  const result = document.createElement("tr");
  for (const cell of cells) {
    const td = document.createElement("td");
    td.append(...[cell].flat());
    result.append(td);
  }
  return result;
}

function conversationRow(each) {
  const act = (label, action) => {
    const button = element("button", label, { type: "button" });
    button.dataset.key = `${each.id} ${action}`;
    button.addEventListener("click", () => send("POST", `conversations/${encodeURIComponent(each.id)}/${action}`));
    return button;
  };
  const over = each.endedAt !== undefined;
  const state =
    over && each.endReason && each.endReason !== each.status ? `${each.status}, ${each.endReason}` : each.status;
  const label = tag(state);
  label.dataset.kind = each.status;
  const buttons = over
    ? [""]
    : [act("Join", "join"), act("Leave", "leave"), act("Block", "blocked"), act("Fail", "error")];
  const result = row(
    label,
    each.consumerIdentity ?? "–",
    each.name,
    secondsText(each.billedSeconds),
    clockText(each.startedAt),
    buttons,
  );
  result.children[3].className = "number";
  return result;
}

const open = new Set();

function requestRow(each) {
  const key = `${each.at} ${each.operation} ${each.path}`;
  let body = "–";
  if (each.body !== undefined && each.body !== null) {
    body = document.createElement("details");
    body.open = open.has(key);
    body.addEventListener("toggle", () => (body.open ? open.add(key) : open.delete(key)));
    body.append(element("summary", "show"), element("pre", JSON.stringify(each.body, null, 2)));
  }
  const answer = tag(String(each.outcome ?? "waits"));
  if (each.outcome === "dropped" || each.outcome >= 400) answer.dataset.kind = "bad";
  const result = row(clockText(each.at).slice(11, 19), each.operation, `${each.verb} ${each.path}`, answer, body);
  result.children[3].className = "number";
  return result;
}

/** Puts rows where they belong, unless they are there already: what is focused or open must not be taken away. */
function fill(id, rows, ifEmpty) {
  const body = at(id);
  const focused = document.activeElement?.dataset.key;
  const shown = rows.length > 0 ? rows : [Object.assign(row(ifEmpty), { className: "" })];
  if (rows.length === 0) Object.assign(shown[0].firstChild, { className: "empty", colSpan: 6 });
  body.replaceChildren(...shown);
  if (focused) body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

let seen = "";

function show(state) {
  const { counts, bill, clock } = state;
  at("running").textContent = counts.running;
  at("total").textContent = counts.conversations;
  at("seconds").textContent = secondsText(bill.seconds);
  at("price").textContent = bill.price.toLocaleString("en", { maximumFractionDigits: 2 });
  at("now").textContent = clockText(clock.now);
  at("clock-state").textContent = clock.running ? "runs" : "stopped";
  at("clock-state").dataset.kind = clock.running ? "runs" : "stopped";
  at("toggle").textContent = clock.running ? "Stop" : "Go on";
  at("toggle").dataset.action = clock.running ? "stop" : "resume";
  at("connect").textContent = [
    `export EQUOS_ENDPOINT=${state.url}`,
    `export EQUOS_API_KEY=${state.apiKey}`,
    `export EQUOS_CHARACTER_ID=${state.characters[0]?.id ?? ""}`,
  ].join("\n");
  at("resources").textContent =
    `${counts.characters} characters, ${counts.brains} brains, ${counts.faces} faces, ${counts.voices} voices, ` +
    `${counts.knowledgeBases} knowledge bases. LiveKit: ${state.livekit}`;
  const waiting = state.faults.map(({ target, left, what }) =>
    element("li", `${target}: ${JSON.stringify(what)}, ${left === null ? "until cleared" : `${left} left`}`),
  );
  at("faults").replaceChildren(...(waiting.length > 0 ? waiting : [element("li", "None waits.")]));
  const listed = JSON.stringify([state.conversations, state.requests]);
  if (listed === seen) return;
  seen = listed;
  fill("conversations", state.conversations.map(conversationRow), "None yet. Start one through your server.");
  fill("requests", state.requests.map(requestRow), "None yet.");
}

async function refresh() {
  try {
    const response = await fetch("/emulator/state");
    show(await response.json());
    say(location.origin);
  } catch {
    say("The emulator does not answer. Start it again; this page will find it.", true);
  }
}

for (const name of operations) at("fault-target").append(element("option", name));
for (const name of Object.keys(faults)) at("fault-kind").append(element("option", name));
at("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  send("POST", "faults", { target: at("fault-target").value, fault: faults[at("fault-kind").value] });
});
at("clear-faults").addEventListener("click", () => send("DELETE", "faults"));
at("toggle").addEventListener("click", ({ target }) => send("POST", "clock", { [target.dataset.action]: true }));
for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => send("POST", "clock", { advanceMs: Number(button.dataset.advance) }));
}
at("reset").addEventListener("click", () => {
  if (confirm("Forget all conversations, requests and faults?")) send("POST", "reset");
});

async function watch() {
  await refresh();
  setTimeout(watch, pace);
}
watch();
