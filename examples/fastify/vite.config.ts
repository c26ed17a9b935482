import { defineConfig } from "vite";

export default defineConfig({
  root: "web",
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    // LiveKit's client is one large file, and loaded when the conversation starts.
    chunkSizeWarningLimit: 700,
  },
});
