import { fileURLToPath } from "node:url";

// The repository: its own lock file decides, whatever lies above it.
const root = fileURLToPath(new URL("../../../../..", import.meta.url));

/** @type {import("next").NextConfig} */
export default { outputFileTracingRoot: root, turbopack: { root } };
