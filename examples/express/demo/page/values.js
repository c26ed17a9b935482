// @ts-check
// "What the browser got": the three values and the token's claims.

/** @param {import("@equos-broker/client").Grant} grant */
export function showValues({ conversation, consumerAccessToken }) {
  byId("values").replaceChildren(
    value("conversation.serverUrl", "where to join", conversation.serverUrl),
    value("consumerAccessToken", "with what", consumerAccessToken),
    value("conversation.character.livekitIdentity", "whom to listen to", conversation.character.livekitIdentity),
  );
  const claims = Object.entries(flat(claimsOf(consumerAccessToken)));
  byId("claims").replaceChildren(...claims.map(([name, claim]) => claimRow(name, claim)));
}

/**
 * @param {string} path
 * @param {string} what
 * @param {string} text
 */
function value(path, what, text) {
  const copy = element("button", "copy", "Copy");
  copy.type = "button";
  copy.setAttribute("aria-label", `Copy ${path}`);
  copy.addEventListener("click", async () => {
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    copy.textContent = copied ? "Copied" : "Not allowed";
    setTimeout(() => {
      copy.textContent = "Copy";
    }, 1500);
  });
  const name = element("dt");
  name.append(element("code", "path", path), element("span", "what", what));
  const definition = element("dd");
  const box = element("code", "box", text);
  box.dataset.value = path;
  definition.append(box, copy);
  const row = element("div", "value");
  row.append(name, definition);
  return row;
}

/** @param {string} token */
export function claimsOf(token) {
  const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0))));
  } catch {
    return { unreadable: "This token is not a JWT." };
  }
}

/**
 * @param {object} record
 * @param {string} [prefix]
 * @returns {Record<string, unknown>}
 */
function flat(record, prefix = "") {
  /** @type {Record<string, unknown>} */
  const result = {};
  for (const [name, inner] of Object.entries(record)) {
    if (typeof inner === "object" && inner !== null) Object.assign(result, flat(inner, `${prefix}${name}.`));
    else result[prefix + name] = inner;
  }
  return result;
}

/**
 * @param {string} name
 * @param {unknown} claim
 */
function claimRow(name, claim) {
  const row = element("div");
  const definition = element("dd", "", String(claim));
  if (/^(exp|nbf|iat)$/.test(name) && typeof claim === "number") {
    definition.append(element("small", "", new Date(claim * 1000).toLocaleString()));
  }
  row.append(element("dt", "", name), definition);
  return row;
}

/** @param {string} id */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(tag, className = "", text = "") {
  const created = document.createElement(tag);
  if (className) created.className = className;
  created.textContent = text;
  return created;
}
