"use server";

import { type StartRequestBody, startAction } from "@equos-broker/next";
import { headers } from "next/headers";
import { after } from "next/server";
import { broker } from "../../lib/broker";
import { cookieBroker } from "../../lib/cookie-broker";

const run = startAction(broker, { headers, waitUntil: after });

/** The other way to write it. */
export async function startByFunction(body?: StartRequestBody) {
  return await run(body);
}

/** What a team forgets. */
export const startWithoutHeaders = startAction(broker);

/** Which is fine where authorize asks Next itself. */
export const startWithCookies = startAction(cookieBroker);
