"use server";

import { startAction, stopAction } from "@equos-broker/next";
import { headers } from "next/headers";
import { after } from "next/server";
import { broker } from "../lib/broker";

export const start = startAction(broker, { headers, waitUntil: after });
export const stop = stopAction(broker, { headers, waitUntil: after });
