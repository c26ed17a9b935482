import { json } from "../client.js";
import type { Case } from "./case.js";

/** Paths that look like an action's and are none. */
export const bentPaths: readonly Case[] = [
  ["an action in capitals", "/START"],
  ["a path below an action", "/start/now"],
  ["an encoded slash before an action", "/%2Fstart"],
  ["an encoded slash behind an action", "/start%2F"],
  ["an encoded slash inside the path", "/start%2Fnow"],
  ["an encoded letter in an action", "/%73tart"],
  ["a path parameter behind an action", "/start;v=1"],
  ["a broken encoding", "/start%zz"],
  ["a doubled slash before an action", "//start"],
].map(([name = "", path = ""]) => ({
  name,
  path,
  request: json({}),
  expect: { status: 404, code: "unknown-action" },
  hostAnswers404: true,
}));
