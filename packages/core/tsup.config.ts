import { preset } from "../../tsup.preset.js";

export default preset({
  browser: "src/browser.ts",
  aes: "src/sealing/aes.ts",
  "aes.node": "src/sealing/aes.node.ts",
  mac: "src/sealing/mac.ts",
  "mac.node": "src/sealing/mac.node.ts",
});
