import type { ReservationOutcome } from "@equos-broker/conformance/broker-under-test";
import type { BrokerEvent } from "@equos-broker/core";

/** What a guest passes on of its broker, in order; `arrival` and `left` have a number in common. */
export type Word =
  | readonly ["arrival", number, string | undefined]
  | readonly ["left", number]
  | readonly ["reservation", ReservationOutcome]
  | readonly ["log", "warn" | "error", object, string]
  | readonly ["event", BrokerEvent];

/** The requests by which a guest is led, beside those to its brokers. */
export const controlPath = "/control/";

/** Where the broker of this number serves. */
export const mountOf = (id: number): string => `/${id}/api/equos`;
