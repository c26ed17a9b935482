"use client";

import { useState } from "react";
import { start, stop } from "./actions";

export function Conversation() {
  const [told, setTold] = useState("");
  const tell = (value: object) => setTold(JSON.stringify(value));
  return (
    <main>
      <button type="button" id="start" onClick={async () => tell(await start({ character: "default" }))}>
        Start
      </button>
      <button type="button" id="stop" onClick={async () => tell(await stop())}>
        Stop
      </button>
      <output>{told}</output>
    </main>
  );
}
