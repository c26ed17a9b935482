import { preset } from "../../tsup.preset.js";

export default preset({
  browser: "src/browser.ts",
  "default-transport": "src/default-transport.ts",
  "default-transport.node": "src/default-transport.node.ts",
  "default-transport.deno": "src/default-transport.deno.ts",
});
