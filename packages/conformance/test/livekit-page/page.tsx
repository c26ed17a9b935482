import { useSession } from "@livekit/components-react";
import { TokenSource, type TokenSourceConfigurable } from "livekit-client";
import { type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import type { Handles } from "./handles.js";

// A page as a team would write it for LiveKit's own clients, with handles for the test in the place of buttons.

type Session = ReturnType<typeof useSession>;

let root: Root | undefined;
let session: Session | undefined;

function Talk({ source }: { readonly source: TokenSourceConfigurable }): ReactNode {
  session = useSession(source, { agentName: "guide" });
  return <p>{session.connectionState}</p>;
}

const current = (): Session => {
  if (session === undefined) throw new Error("nothing is mounted");
  return session;
};

const page: Handles = {
  source: () => TokenSource.endpoint("/api/equos/token", { headers: { "equos-client": "page" } }),
  mount(strict) {
    const talk = <Talk source={page.source()} />;
    root = createRoot(document.body.appendChild(document.createElement("main")));
    root.render(strict ? <StrictMode>{talk}</StrictMode> : talk);
  },
  unmount() {
    root?.unmount();
    document.querySelector("main")?.remove();
    session = undefined;
  },
  start: async () =>
    await current()
      .start()
      .then(() => "joined", String),
  end: async () => await current().end(),
  stop: async (token) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch("/api/equos/stop", { method: "POST", keepalive: true, headers })).status;
  },
};

Object.assign(globalThis, { page });
