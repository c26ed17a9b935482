import { preset } from "../../tsup.preset.js";

export default preset({ command: "src/command.ts" }, { platform: "node" });
