import "./style/page.css";
import "./style/talk.css";
import "./style/stage.css";
import "./style/panel.css";
import "./style/transcript.css";
import type { Mode, Trouble } from "./talk/state";
import { Talk } from "./talk/talk";
import { byId, show } from "./view";

const talk = new Talk();

const [video, audio] = [document.querySelector("video"), document.querySelector("audio")];
if (video === null || audio === null) throw new Error("the page has no stage");
talk.showOn({ video, audio });

const chosen = (name: string): string | undefined =>
  document.querySelector<HTMLInputElement>(`input[name=${name}]:checked`)?.value;

function take(way: Trouble["way"]): void {
  if (way === "reload") location.reload();
  else void talk.start();
}

byId("begin").addEventListener("submit", (event) => {
  event.preventDefault();
  void talk.start(chosen("character"));
});
// A press before this would have been lost.
byId("start").removeAttribute("disabled");
byId("hangup").addEventListener("click", () => void talk.hangUp());
byId("microphone").addEventListener("click", () => void talk.setMicrophone(talk.snapshot().microphone !== "on"));
byId("sound").addEventListener("click", () => void talk.startSound());
byId("modes").addEventListener("change", () => {
  // The values of the three radio buttons.
  talk.setMode((chosen("mode") ?? "video") as Mode);
});
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text");
  if (!(text instanceof HTMLInputElement)) return;
  void talk.say(text.value);
  text.value = "";
});

// It scrolls, and so has to be reachable without a mouse.
byId("lines").tabIndex = 0;

const render = () => show(talk.snapshot(), take);
talk.subscribe(render);
render();
talk.pickUp();
