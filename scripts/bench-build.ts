import { built } from "./built.js";

// What `bench` measures as teams install it. A program of its own, so that what a build prints goes where bench wants it.

await built(process.argv.slice(2));
