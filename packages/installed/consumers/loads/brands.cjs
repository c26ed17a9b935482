// Both copies may be loaded in one process: an error of the one is known to the other.
const cjs = require("@equos-broker/core");
import("@equos-broker/core").then((esm) => {
  for (const [maker, judge] of [
    [cjs, esm],
    [esm, cjs],
  ]) {
    const error = new maker.BrokerError("unauthorized");
    if (error instanceof judge.BrokerError) throw new Error("they are one copy, which proves nothing");
    if (!judge.isBrokerError(error)) throw new Error("an error of the other copy is not known");
  }
});
