"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Trouble } from "../talk/state";
import { isRunning, statusOf } from "../talk/status";
import { Talk } from "../talk/talk";
import { clock } from "../talk/words";
import { Controls } from "./controls";
import { Picker } from "./picker";
import { Stage } from "./stage";
import { Transcript } from "./transcript";

/** Outside of the component: there is one conversation in a page, however often React renders it. */
const talk = new Talk();

export function Conversation() {
  const state = useSyncExternalStore(talk.subscribe, talk.snapshot, talk.snapshot);
  const video = useRef<HTMLVideoElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const start = useRef<HTMLButtonElement>(null);
  const hangUp = useRef<HTMLButtonElement>(null);
  const running = isRunning(state);

  useEffect(() => {
    if (video.current === null || audio.current === null) return;
    talk.showOn({ video: video.current, audio: audio.current });
    talk.pickUp();
  }, []);

  useEffect(() => {
    // The button that was pressed is gone.
    if (talk.snapshot().phase !== "idle") (running ? hangUp : start).current?.focus();
  }, [running]);

  const take = (way: Trouble["way"]) => {
    if (way === "reload") location.reload();
    else void talk.start();
  };

  return (
    <main className="talk" id="talk" data-phase={state.phase} data-mode={state.mode} data-face={state.rehearsal}>
      <h1>Talk to us</h1>
      <Stage state={state} video={video} audio={audio} onSound={() => void talk.startSound()} onWay={take} />
      <section className="panel" aria-label="Conversation">
        <p className="status" id="status" role="status">
          {statusOf(state)}
        </p>
        <p className="left" id="left">
          {running && state.secondsLeft !== undefined ? `${clock(state.secondsLeft)} left` : ""}
        </p>
        <div className="swap">
          <Picker state={state} button={start} onStart={(character) => void talk.start(character)} />
          <Controls
            state={state}
            hangUp={hangUp}
            onMicrophone={() => void talk.setMicrophone(state.microphone !== "on")}
            onHangUp={() => void talk.hangUp()}
            onMode={(mode) => talk.setMode(mode)}
          />
        </div>
      </section>
      <Transcript state={state} onSay={(text) => void talk.say(text)} />
    </main>
  );
}
