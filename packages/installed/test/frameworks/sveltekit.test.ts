import { smoke } from "./smoke.js";

smoke(
  {
    name: "SvelteKit",
    folder: "sveltekit",
    framework: "@sveltejs/kit",
    ours: ["@equos-broker/core"],
    dependencies: {
      "@sveltejs/adapter-node": "5.5.7",
      "@sveltejs/kit": "2.70.4",
      "@sveltejs/vite-plugin-svelte": "6.2.3",
      svelte: "5.57.3",
      vite: "7.3.8",
    },
    build: ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"],
    start: ["build/index.js"],
  },
  { hearsNoDeparture: true },
);
