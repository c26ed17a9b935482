import { preset } from "../../tsup.preset.js";

export default preset({ command: "src/command/command.ts" }, { platform: "node", shims: true });
