import type { RefObject } from "react";
import type { TalkState, Trouble } from "../talk/state";

interface StageProps {
  readonly state: TalkState;
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly audio: RefObject<HTMLAudioElement | null>;
  readonly onSound: () => void;
  readonly onWay: (way: Trouble["way"]) => void;
}

export function Stage({ state, video, audio, onSound, onWay }: StageProps) {
  return (
    <section className="stage" aria-label="Character">
      <video id="video" ref={video} autoPlay muted playsInline aria-label="The character's picture" />
      {/* biome-ignore lint/a11y/useMediaCaption: what is said stands in the transcript */}
      <audio id="audio" ref={audio} autoPlay />
      <svg className="face" viewBox="0 0 120 120" aria-hidden="true">
        <circle className="head" cx="60" cy="60" r="46" />
        <circle className="eye" cx="45" cy="54" r="4.5" />
        <circle className="eye" cx="75" cy="54" r="4.5" />
        <path className="mouth" d="M43 73 Q60 87 77 73" />
      </svg>
      <button type="button" className="sound" id="sound" hidden={!state.soundBlocked} onClick={onSound}>
        Turn on sound
      </button>
      <div className="alert" id="alert" role="alert">
        {state.trouble && <TroubleBox trouble={state.trouble} onWay={onWay} />}
      </div>
      <noscript>
        <p className="alert trouble">This page needs JavaScript.</p>
      </noscript>
    </section>
  );
}

const labels = { here: "Talk here", reload: "Load again", again: undefined, none: undefined };

function TroubleBox({ trouble, onWay }: { readonly trouble: Trouble; readonly onWay: StageProps["onWay"] }) {
  const { title, advice, way } = trouble;
  return (
    <div className="trouble">
      <strong>{title}</strong>
      <p>{advice}</p>
      {labels[way] && (
        <button type="button" onClick={() => onWay(way)}>
          {labels[way]}
        </button>
      )}
    </div>
  );
}
