import { largeHeaders, onRuntime } from "./on-runtime.js";

onRuntime("Deno", largeHeaders);
