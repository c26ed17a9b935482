import { type FormEvent, type RefObject, useSyncExternalStore } from "react";
import { characters } from "../characters";
import type { TalkState } from "../talk/state";
import { isRunning } from "../talk/status";

interface PickerProps {
  readonly state: TalkState;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly onStart: (character: string | undefined) => void;
}

const neverChanges = () => () => {};
const onPage = () => true;
/** A press before React is there would be lost. */
const onServer = () => false;

export function Picker({ state, button, onStart }: PickerProps) {
  const isReady = useSyncExternalStore(neverChanges, onPage, onServer);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const character = new FormData(event.currentTarget).get("character");
    // Without a choice the server takes the only one.
    onStart(typeof character === "string" ? character : undefined);
  };
  return (
    <form className="begin" id="begin" hidden={isRunning(state)} onSubmit={submit}>
      <fieldset className="cast" id="cast">
        <legend className="hidden">Character</legend>
        {characters.map(({ alias, name, about }, index) => (
          <label key={alias}>
            <input type="radio" name="character" value={alias} defaultChecked={index === 0} />
            <strong>{name}</strong>
            <span>{about}</span>
          </label>
        ))}
      </fieldset>
      <button type="submit" className="primary" id="start" ref={button} disabled={!isReady}>
        {state.phase === "over" ? "Start again" : "Start talking"}
      </button>
    </form>
  );
}
