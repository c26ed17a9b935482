"use client";
import { toNextHandlers } from "@equos-broker/next";

export default function Page() {
  return (
    <button type="button" onClick={() => console.log(toNextHandlers)}>
      Talk
    </button>
  );
}
