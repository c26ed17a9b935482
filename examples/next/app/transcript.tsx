import { type FormEvent, useLayoutEffect, useRef } from "react";
import type { TalkState } from "../talk/state";
import { isInRoom } from "../talk/status";

interface TranscriptProps {
  readonly state: TalkState;
  readonly onSay: (text: string) => void;
}

export function Transcript({ state, onSay }: TranscriptProps) {
  const { lines, name } = state;
  const list = useRef<HTMLDivElement>(null);
  const heightBefore = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines change the height that is read here
  useLayoutEffect(() => {
    if (list.current === null) return;
    const { scrollTop, clientHeight, scrollHeight } = list.current;
    // New lines come into view, unless somebody reads the old ones.
    if (scrollTop + clientHeight >= heightBefore.current - 8) list.current.scrollTop = scrollHeight;
    heightBefore.current = scrollHeight;
  }, [lines]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSay(String(new FormData(event.currentTarget).get("text")));
    event.currentTarget.reset();
  };

  return (
    <section className="transcript" aria-labelledby="transcript-title">
      <h2 id="transcript-title">What was said</h2>
      <div
        className="lines"
        id="lines"
        role="log"
        aria-labelledby="transcript-title"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so has to be reachable without a mouse
        tabIndex={0}
        ref={list}
      >
        {lines.map(({ key, author, content, finished }) => (
          <div key={key} className={`line ${author}${finished ? "" : " unfinished"}`}>
            {author !== "note" && <span className="author">{author === "user" ? "You" : name}</span>}
            <span className="said">{content}</span>
          </div>
        ))}
      </div>
      <form className="composer" id="composer" onSubmit={submit}>
        <label className="hidden" htmlFor="text">
          Your message
        </label>
        <input
          id="text"
          name="text"
          type="text"
          autoComplete="off"
          maxLength={2000}
          placeholder="Type a message"
          disabled={!isInRoom(state)}
        />
        <button type="submit" id="send" disabled={!isInRoom(state)}>
          Send
        </button>
      </form>
    </section>
  );
}
