import type { JoinedRoom, RoomEvents } from "./room";

/** The emulator has no room of its own, and says so by an address that exists nowhere (RFC 2606). */
export const isRehearsal = (serverUrl: string): boolean => new URL(serverUrl).hostname.endsWith(".invalid");

/** A conversation without a LiveKit server: it runs, counts and ends like any other, and nobody answers in it. */
export function rehearsalRoom(events: RoomEvents): JoinedRoom {
  events.arrived();
  return {
    async say() {
      const content = "Nobody can hear you: this demo runs without a LiveKit server.";
      events.message({ type: "utterance", utterance: { author: "agent", content, finished: true } });
    },
    async setMicrophone(on) {
      if (!on) return;
      // Asks as a real room does, so that the page can be tried with and without a microphone.
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      for (const track of stream.getTracks()) track.stop();
    },
    setMode() {},
    async startSound() {},
    async leave() {},
  };
}
