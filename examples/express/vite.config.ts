import { defineConfig } from "vite";
import { characters } from "./characters.js";

/** The choice stands in the page from the start, so that nothing moves when its script arrives. */
const choice = characters.map(
  ({ alias, name, about }, index) =>
    `<label><input type="radio" name="character" value="${alias}"${index === 0 ? " checked" : ""} />` +
    `<strong>${name}</strong><span>${about}</span></label>`,
);

export default defineConfig({
  plugins: [{ name: "choice", transformIndexHtml: (html) => html.replace("<!-- characters.ts -->", choice.join("")) }],
  root: "web",
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    // LiveKit's client is one large file, and loaded when the conversation starts.
    chunkSizeWarningLimit: 700,
  },
});
