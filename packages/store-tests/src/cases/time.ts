import { check, equal, matches } from "../assert.js";
import { MINUTE, recovered } from "../tested-store.js";
import type { StoreCase } from "../types.js";

/** A time that passes during a test, and a longer one, in ms. */
const SOON = 200;
const AFTERWARDS = 300;

export const timeCases: readonly StoreCase[] = [
  recovered("expiry: data stays until it expires, and is gone soon afterwards", async (tested) => {
    const expiresAt = tested.now + SOON;
    const rest = { aliases: { set: ["alias"] }, sealed: { set: { text: "sealed" } } };
    const counters = [{ key: "key", add: 1, expiresAt }];
    const version = await tested.saved({ consumer: "ann", expiresAt, ...rest, counters });
    const expected = { version, state: "state", sealed: { text: "sealed" }, counters: { key: 1 } };
    for (const wait of [0, SOON - 1]) {
      await tested.setup.advance(Math.min(wait, Math.max(0, expiresAt - tested.now - 1)));
      const [owner, kept] = [await tested.owner("alias"), await tested.all("ann", ["key"])];
      // A store whose clock cannot be moved may be past the time already.
      if (tested.now < expiresAt) equal([owner, kept], ["ann", expected], "data must stay until it expires");
    }
    await tested.advance(AFTERWARDS);
    const gone = { version: 0, state: undefined, sealed: {}, counters: { key: 0 } };
    equal(await tested.all("ann", ["key"]), gone, "expired data must disappear");
    equal(await tested.owner("alias"), undefined, "an expired alias must disappear");
    await tested.saved({ consumer: "bob", aliases: { set: ["alias"] } });
    equal(await tested.owner("alias"), "bob", "an expired alias must be free");
    await tested.saved({ consumer: "ann" });
    matches(await tested.all("ann"), { sealed: {} }, "sealed texts must expire together with their state");
  }),
  recovered("expiry: a later save also extends aliases and sealed texts", async (tested) => {
    const rest = { aliases: { set: ["alias"] }, sealed: { set: { text: "sealed" } } };
    const version = await tested.saved({ consumer: "ann", expiresAt: tested.now + SOON, ...rest });
    await tested.saved({ consumer: "ann", version });
    await tested.advance(AFTERWARDS);
    matches(await tested.all("ann"), { state: "state", sealed: { text: "sealed" } }, "a save must extend the expiry");
    equal(await tested.owner("alias"), "ann", "a save must extend the expiry of the consumer's aliases");
  }),
  recovered("members: count until their time has passed, and a later save extends it", async (tested) => {
    const short = tested.now + SOON;
    const long = tested.now + MINUTE;
    const members = [
      { set: "set", id: "expiring", until: short },
      { set: "set", id: "extended", until: short },
      { set: "set", id: "long", until: long },
    ];
    const version = await tested.saved({ consumer: "ann", members });
    await tested.saved({ consumer: "ann", version, members: [{ set: "set", id: "extended", until: long, bound: 1 }] });
    await tested.advance(AFTERWARDS);
    const added = { set: "set", until: tested.now + MINUTE };
    await tested.expectSave(
      { consumer: "bob", members: [{ ...added, id: "expiring", bound: 2 }] },
      { result: "limit-reached", value: 2 },
      "save must check an expired member as a new one",
    );
    await tested.expectSave(
      { consumer: "bob", members: [{ ...added, id: "new", bound: 3 }] },
      "saved",
      "save must not count a member whose time has passed",
    );
  }),
  recovered("claimDue: returns a consumer when its time has come, and again after its lease", async (tested) => {
    await tested.saved({ consumer: "ann", dueAt: tested.now + SOON });
    await tested.advance(AFTERWARDS);
    equal(await tested.due(1, SOON), ["ann"], "claimDue must return a consumer whose due time has passed");
    await tested.advance(AFTERWARDS);
    equal(await tested.due(), ["ann"], "claimDue must return a consumer again after its lease");
  }),
  recovered("acquireLease: a lease ends by itself", async (tested) => {
    await tested.lease("sweep", "ann", MINUTE);
    await tested.lease("sweep", "ann", SOON);
    await tested.advance(AFTERWARDS);
    check(await tested.lease("sweep", "bob", MINUTE), "acquireLease must grant a lease that has ended");
    check(!(await tested.lease("sweep", "ann", MINUTE)), "acquireLease must refuse the former owner");
  }),
];
