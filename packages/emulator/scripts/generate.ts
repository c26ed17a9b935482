import { writeFileSync } from "node:fs";
import { readDocument } from "../../api/scripts/document.js";
import { documentSource } from "./document-source.js";

writeFileSync(new URL("../src/generated/document.ts", import.meta.url), documentSource(readDocument()));
