import { onRuntime } from "./on-runtime.js";

onRuntime("Bun");
