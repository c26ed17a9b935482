import { visitors } from "@equos-broker/next";
import { settings } from "./settings";

/** Tells browsers apart, for a site without login. */
export const visitor = visitors({ secret: settings.visitorSecrets, secure: settings.secureCookie });
