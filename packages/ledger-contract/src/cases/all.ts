import type { Case } from "../case.js";
import { booksCases } from "./books.js";
import { claimCases } from "./claims.js";
import { compareBooksCases, compareCases } from "./compare.js";
import { deliveryCases } from "./deliveries.js";
import { endCases } from "./ends.js";
import { meterCases } from "./meters.js";
import { orderCases } from "./order.js";
import { otherCases } from "./others.js";
import { outdatedCases } from "./outdated.js";
import { presenceCases } from "./presence.js";
import { raceCases } from "./races.js";
import { readCases } from "./reads.js";
import { startCases } from "./starts.js";
import { stickyCases } from "./sticky.js";
import { timeCases } from "./time.js";
import { timeOverCases } from "./time-over.js";
import { tombstoneReasonCases } from "./tombstone-reasons.js";
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
  ...tombstoneReasonCases,
  ...timeOverCases,
  ...otherCases,
  ...meterCases,
  ...deliveryCases,
  ...outdatedCases,
  ...withdrawCases,
  ...presenceCases,
  ...claimCases,
  ...timeCases,
  ...raceCases,
  ...readCases,
];
