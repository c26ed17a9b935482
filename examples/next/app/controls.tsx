import type { RefObject } from "react";
import type { Mode, TalkState } from "../talk/state";
import { isInRoom, isRunning } from "../talk/status";
import { microphoneWords } from "../talk/words";

interface ControlsProps {
  readonly state: TalkState;
  readonly hangUp: RefObject<HTMLButtonElement | null>;
  readonly onMicrophone: () => void;
  readonly onHangUp: () => void;
  readonly onMode: (mode: Mode) => void;
}

const modes: readonly (readonly [mode: Mode, label: string])[] = [
  ["video", "Video"],
  ["audio", "Audio"],
  ["text", "Text"],
];

export function Controls({ state, hangUp, onMicrophone, onHangUp, onMode }: ControlsProps) {
  const [label, note] = microphoneWords[state.microphone];
  return (
    <div className="controls" id="controls" hidden={!isRunning(state)}>
      <button
        type="button"
        id="microphone"
        aria-pressed={state.microphone === "on"}
        data-microphone={state.microphone}
        disabled={!isInRoom(state)}
        onClick={onMicrophone}
      >
        {label}
      </button>
      <button type="button" className="hangup" id="hangup" ref={hangUp} onClick={onHangUp}>
        Hang up
      </button>
      <fieldset className="modes" id="modes">
        <legend className="hidden">Mode</legend>
        {modes.map(([mode, name]) => (
          <label key={mode}>
            <input type="radio" name="mode" value={mode} checked={state.mode === mode} onChange={() => onMode(mode)} />
            {` ${name}`}
          </label>
        ))}
      </fieldset>
      <p className="note" id="microphone-note" role="status">
        {note}
      </p>
    </div>
  );
}
