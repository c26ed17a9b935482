// @ts-check
// "What Equos really answered": a real server keeps that answer to itself.
import { byId, element } from "./values.js";

/** Why a field must not leave the server, by the end of its path. @type {[RegExp, string][]} */
const reasons = [
  [/brain\.instructions$/, "system prompt"],
  [/greetingMessage$/, "script"],
  [/(promptCtx|promptTemplateVars.*)$/, "about the visitor"],
  [/knowledgeBase\.(name|description|documents.*\.(name|description))$/, "internal document"],
  [/voice\.instructions$/, "direction"],
  [/referenceImgUrl$/, "source image"],
  [/elevenlabsAgentId$/, "third-party account"],
  [/remoteAgentAccessToken$/, "speaks as the avatar"],
  [/organizationId$/, "your organization"],
  [/(charge|chargeBySecond)$/, "your price"],
  [/(transcript|timeline).*$/, "what was said"],
];

/**
 * @param {object} answer
 * @param {object} grant what the browser got of it
 */
export function showAnswer(answer, grant) {
  const sent = new Set(leaves(grant));
  const fields = tree(answer, sent, []);
  byId("summary").replaceChildren(...summary(fields));
  byId("answer").replaceChildren(fields);
  // It scrolls on a desk, and so needs to be reachable without a mouse.
  byId("answer").tabIndex = 0;
}

/** @param {HTMLElement} fields */
function summary(fields) {
  const count = (/** @type {string} */ fate) => fields.querySelectorAll(`.leaf${fate}`).length;
  const [total, crossed, secret] = [count(""), count("[data-fate=sent]"), count("[data-fate=secret]")];
  const line = element("p", "count");
  line.append(element("strong", "", String(crossed)), ` of ${total} fields crossed`);
  const meter = element("div", "share");
  const part = element("span");
  part.style.inlineSize = `${(100 * crossed) / total}%`;
  meter.append(part);
  const rest = `The other ${total - crossed} stayed on the server; ${secret} of them are sensitive.`;
  return [line, meter, element("p", "note", rest)];
}

/**
 * Paths of everything that holds no more fields.
 *
 * @param {unknown} value
 * @param {string} [path]
 * @returns {string[]}
 */
function leaves(value, path = "") {
  if (isLeaf(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key));
}

/**
 * @param {unknown} value
 * @returns {value is null | undefined | string | number | boolean}
 */
function isLeaf(value) {
  return typeof value !== "object" || value === null || Object.keys(value).length === 0;
}

/**
 * @param {object} value
 * @param {Set<string>} sent
 * @param {string[]} parents
 * @returns {HTMLUListElement}
 */
function tree(value, sent, parents) {
  const list = element("ul", parents.length === 0 ? "tree" : "");
  // Safari takes the list's role away with its bullets.
  list.setAttribute("role", "list");
  list.style.setProperty("--depth", String(parents.length));
  // What holds more fields comes last, or the eye loses the fields after it.
  const entries = Object.entries(value).sort(([, a], [, b]) => Number(!isLeaf(a)) - Number(!isLeaf(b)));
  for (const [key, inner] of entries) {
    const path = [...parents, key];
    const item = element("li");
    const field = element("span", "field");
    const name = Array.isArray(value) ? `[${key}]` : key;
    field.append(isLeaf(inner) ? `${name}: ` : name);
    if (isLeaf(inner)) item.append(leafRow(path.join("."), field, inner, sent));
    else {
      const group = element("div", "group");
      group.append(element("span"), field);
      item.append(group, tree(inner, sent, path));
    }
    list.append(item);
  }
  return list;
}

/**
 * @param {string} path
 * @param {HTMLElement} field
 * @param {unknown} value
 * @param {Set<string>} sent
 */
function leafRow(path, field, value, sent) {
  const crossed = sent.has(path);
  const empty = value === null || value === undefined || typeof value === "object";
  const reason = crossed || empty ? undefined : reasons.find(([pattern]) => pattern.test(path))?.[1];
  const row = element("div", "leaf");
  row.dataset.fate = crossed ? "sent" : reason ? "secret" : "kept";
  field.append(element("span", "json", short(JSON.stringify(value))));
  if (reason) field.append(" ", element("span", "reason", `— ${reason}`));
  row.append(element("span", "fate", crossed ? "sent" : "kept"), field);
  return row;
}

/** A token is in full on the other side. @param {string} text */
function short(text) {
  return text.length > 240 ? `${text.slice(0, 28)}…${text.slice(-8)}` : text;
}
