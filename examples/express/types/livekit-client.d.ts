// What app.ts serves as /vendor/livekit-client.js.
export * from "livekit-client";
