import type { StepName } from "@equos-broker/core";
import * as books from "./lua/books.js";
import { claims } from "./lua/claims.js";
import { due } from "./lua/due.js";
import { entries } from "./lua/entries.js";
import { ending, life } from "./lua/life.js";
import { meters } from "./lua/meters.js";
import { finish, guard, prelude } from "./lua/prelude.js";
import { reserve } from "./lua/reserve.js";
import * as steps from "./lua/steps.js";
import { store } from "./lua/store.js";
import { tombstones } from "./lua/tombstones.js";

/** One script, as it is sent the first time, and the name that Redis knows it by from then on. */
export interface Script {
  readonly text: string;
  /** Lower-case hex of the text's SHA-1. */
  sha(): Promise<string>;
}

const records = [entries, store, tombstones, life];

const bodies: { readonly [S in StepName]: readonly string[] } = {
  reserve: [...records, meters, reserve],
  commit: [...records, steps.commit],
  doubt: [...records, steps.doubt],
  found: [...records, steps.found],
  stop: [...records, claims, steps.stop],
  leave: [...records, claims, steps.leave],
  keep: [...records, claims, steps.keep],
  joined: [...records, steps.joined],
  abandon: [...records, steps.abandon],
  unwait: [...records, steps.unwait],
  withdraw: [...records, meters, ending, steps.withdraw],
  end: [...records, meters, ending, steps.end],
  announced: [...records, steps.announced],
  retry: [...records, steps.retry],
  due: [...records, meters, ending, due],
  adopt: [...records, steps.adopt],
  find: [...records, claims, steps.find],
  lookUp: [...records, steps.lookUp],
  live: [...records, steps.live],
  lease: [books.lease],
  recovered: [books.recovered],
  rekey: [books.rekey],
};

const reads: ReadonlySet<StepName> = new Set(["find", "lookUp", "live"]);

const scripts = new Map<StepName | "open", Script>();

/** The one script that takes this step. */
export function scriptOf(name: StepName | "open"): Script {
  const known = scripts.get(name);
  if (known !== undefined) return known;
  const parts = name === "open" ? [books.open] : [guard(reads.has(name)), ...bodies[name]];
  const made = script([prelude, ...parts, finish].join("\n"));
  scripts.set(name, made);
  return made;
}

function script(commented: string): Script {
  // Comments and indentation are for us; Redis keeps each script's text.
  const text = commented.replace(/^\s*(--.*)?\n|^\s+/gm, "");
  let sha: Promise<string> | undefined;
  return {
    text,
    sha() {
      sha ??= sha1(text);
      return sha;
    },
  };
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
