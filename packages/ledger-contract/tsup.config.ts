import { preset } from "../../tsup.preset.js";

export default preset({}, { platform: "node" });
