import type { Case } from "../case.js";
import { booksCases } from "./books.js";
import { claimCases } from "./claims.js";
import { compareBooksCases, compareCases } from "./compare.js";
import { deliveryCases } from "./deliveries.js";
import { endCases } from "./ends.js";
import { meterCases } from "./meters.js";
import { orderCases } from "./order.js";
import { otherCases } from "./others.js";
import { presenceCases } from "./presence.js";
import { raceCases } from "./races.js";
import { readCases } from "./reads.js";
import { startCases } from "./starts.js";
import { stickyCases } from "./sticky.js";
import { timeCases } from "./time.js";
import { timeOverCases } from "./time-over.js";
import { tombstoneCases } from "./tombstones.js";
import { withdrawCases } from "./withdraw.js";

/** Written by hand, from the TSDoc of the interface. */
export const handCases: readonly Case[] = [
  ...booksCases,
  ...compareBooksCases,
  ...startCases,
  ...endCases,
  ...orderCases,
  ...compareCases,
  ...stickyCases,
  ...tombstoneCases,
  ...timeOverCases,
  ...otherCases,
  ...meterCases,
  ...deliveryCases,
  ...withdrawCases,
  ...presenceCases,
  ...claimCases,
  ...timeCases,
  ...raceCases,
  ...readCases,
];
