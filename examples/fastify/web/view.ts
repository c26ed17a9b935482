import type { Mode, TalkState, Trouble } from "./talk/state";
import { isInRoom, isRunning, statusOf } from "./talk/status";
import type { Line } from "./talk/transcript";
import { clock, microphoneWords } from "./talk/words";

/** What a press of the trouble's button asks for. */
export type Way = (way: Trouble["way"]) => void;

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

const [root, begin, controls] = ["talk", "begin", "controls"].map(byId);
let shownTrouble: Trouble | undefined;
let shownLines: readonly Line[] = [];

/** Writes a text only where it is another one, so that screen readers say it once. */
function write(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

/** Shows a state on the page. */
export function show(state: TalkState, onWay: Way): void {
  const running = isRunning(state);
  const moved = running !== (controls?.hidden === false);
  if (root !== undefined)
    Object.assign(root.dataset, { phase: state.phase, mode: state.mode, face: String(state.rehearsal) });
  if (begin !== undefined) begin.hidden = running;
  if (controls !== undefined) controls.hidden = !running;
  byId("start").textContent = state.phase === "over" ? "Start again" : "Start talking";
  // The button that was pressed is gone.
  if (moved && state.phase !== "idle") byId(running ? "hangup" : "start").focus();
  write("status", statusOf(state));
  write("left", running && state.secondsLeft !== undefined ? `${clock(state.secondsLeft)} left` : "");
  byId("sound").hidden = !state.soundBlocked;
  showMicrophone(state);
  showMode(state.mode);
  byId("send").toggleAttribute("disabled", !isInRoom(state));
  byId("text").toggleAttribute("disabled", !isInRoom(state));
  showTrouble(state.trouble, onWay);
  showLines(state.lines, state.name);
}

function showMicrophone(state: TalkState): void {
  const [label, note] = microphoneWords[state.microphone];
  const button = byId("microphone");
  write("microphone", label);
  button.setAttribute("aria-pressed", String(state.microphone === "on"));
  button.dataset.microphone = state.microphone;
  button.toggleAttribute("disabled", !isInRoom(state));
  write("microphone-note", note);
}

function showMode(mode: Mode): void {
  for (const input of document.querySelectorAll<HTMLInputElement>("#modes input")) input.checked = input.value === mode;
}

function showTrouble(trouble: Trouble | undefined, onWay: Way): void {
  if (trouble === shownTrouble) return;
  shownTrouble = trouble;
  byId("alert").replaceChildren(...(trouble === undefined ? [] : [troubleBox(trouble, onWay)]));
}

function troubleBox({ title, advice, way }: Trouble, onWay: Way): HTMLElement {
  const box = element("div", "trouble");
  box.append(element("strong", "", title), element("p", "", advice));
  const label = { here: "Talk here", reload: "Load again", again: "", none: "" }[way];
  if (label === "") return box;
  const button = element("button", "", label);
  button.type = "button";
  button.addEventListener("click", () => onWay(way));
  box.append(button);
  return box;
}

function showLines(lines: readonly Line[], name = ""): void {
  if (lines === shownLines) return;
  shownLines = lines;
  const list = byId("lines");
  const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
  const old = new Map([...list.children].map((item) => [item.id, item]));
  list.replaceChildren(
    ...lines.map((line) => {
      const id = `line-${line.key}`;
      const item = old.get(id) ?? newLine(id, line, name);
      const said = item.querySelector(".said");
      if (said !== null && said.textContent !== line.content) said.textContent = line.content;
      item.classList.toggle("unfinished", !line.finished);
      return item;
    }),
  );
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function newLine(id: string, { author }: Line, name: string): HTMLElement {
  const item = element("div", `line ${author}`);
  item.id = id;
  if (author !== "note") item.append(element("span", "author", author === "user" ? "You" : name));
  item.append(element("span", "said"));
  return item;
}

function element<T extends keyof HTMLElementTagNameMap>(tag: T, className = "", text = ""): HTMLElementTagNameMap[T] {
  const created = document.createElement(tag);
  if (className !== "") created.className = className;
  created.textContent = text;
  return created;
}
