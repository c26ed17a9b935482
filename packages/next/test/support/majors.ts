import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export type Major = 15 | 16;
export const majors: readonly Major[] = [15, 16];

/** A trailing slash, as of all folders here. */
export const hostsFolder = fileURLToPath(new URL("../../hosts/", import.meta.url));

/** The package that has this major of Next installed. */
export const hostFolder = (major: Major): string => `${hostsFolder}next-${major}/`;

/** The Next project: the shared app and what the major wants of its own, copied here before it is built. */
export const projectFolder = (major: Major): string => `${hostFolder(major)}work/`;

/** Loads a module as code of that host does. */
export const requireIn = (major: Major): NodeJS.Require => createRequire(`${hostFolder(major)}package.json`);

/** Next's command, to be run by Node. */
export const nextCommand = (major: Major): string => requireIn(major).resolve("next/dist/bin/next");
