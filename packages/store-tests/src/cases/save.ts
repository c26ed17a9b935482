import { check, equal, matches } from "../assert.js";
import { MINUTE, recovered } from "../tested-store.js";
import type { StoreCase } from "../types.js";

/** Names that break a store which builds keys, queries, or plain objects from them. */
const oddNames = [
  ..."__proto__ constructor toString hasOwnProperty 0 -1 a:b {a} %s $1 ? * [a-z]* é e\u0301 日本語 👋🏽 \" ' \\ ';--".split(
    " ",
  ),
  ...["a b", " ", "a\nb", "\r\t", "\u2028", "a".repeat(300)],
];

export const saveCases: readonly StoreCase[] = [
  recovered("load: absent consumers and aliases are undefined, absent counters are 0", async (tested) => {
    const expected = { consumer: undefined, version: 0, state: undefined, sealed: {}, counters: { key: 0 } };
    for (const by of [{ consumer: "absent" }, { alias: "absent" }]) {
      const answer = await tested.load(by, { sealed: true, counters: ["key"] });
      matches(answer, expected, `load must report an absent ${Object.keys(by)}`);
    }
  }),
  recovered("load: returns a state by consumer and by alias, and the rest on request", async (tested) => {
    const counters = [{ key: "key", add: 2, expiresAt: tested.now + MINUTE }];
    const change = { aliases: { set: ["one", "two"] }, sealed: { set: { text: "sealed" } }, counters };
    const version = await tested.saved({ consumer: "ann", ...change });
    const expected = { consumer: "ann", version, state: "state", sealed: {}, counters: {} };
    for (const by of [{ consumer: "ann" }, { alias: "one" }, { alias: "two" }]) {
      matches(await tested.load(by), expected, "load must return the state alone unless more is requested");
      const more = { ...expected, sealed: { text: "sealed" }, counters: { key: 2, absent: 0 } };
      matches(
        await tested.load(by, { sealed: true, counters: ["key", "absent"] }),
        more,
        "load must return more on request",
      );
    }
  }),
  recovered("save: a first version is max(1, now), and each later one is larger by 1", async (tested) => {
    const first = await tested.saved({ consumer: "ann" });
    equal(first, Math.max(1, tested.now), "save must give a first version of max(1, now)");
    equal(await tested.saved({ consumer: "ann", version: first }), first + 1, "save must raise the version by 1");
    matches(await tested.load({ consumer: "ann" }), { version: first + 1 }, "load must return the saved version");
  }),
  recovered("save: refuses every version but the present one", async (tested) => {
    const saved = { consumer: "ann", state: "saved" };
    await tested.expectSave(
      { ...saved, version: 1 },
      "version-conflict",
      "save must refuse a version if there is no state",
    );
    const version = await tested.saved({ ...saved, version: await tested.saved(saved) });
    for (const stale of [0, version - 1, version + 1]) {
      await tested.expectSave(
        { consumer: "ann", version: stale },
        "version-conflict",
        "save must refuse a stale version",
      );
    }
    matches(await tested.all("ann"), { version, state: "saved" }, "a refused save must not change the state");
  }),
  recovered("save: a version from before a removal never matches again", async (tested) => {
    const version = await tested.saved({ consumer: "ann", version: await tested.saved({ consumer: "ann" }) });
    await tested.saved({ consumer: "ann", version, state: undefined });
    await tested.expectSave(
      { consumer: "ann", version },
      "version-conflict",
      "save must refuse the version of a removed state",
    );
    await tested.advance(10);
    const again = await tested.saved({ consumer: "ann" });
    check(again > version, "save must give a recreated state a version above the former ones");
  }),
  recovered("save: a removal also removes sealed texts and the due time", async (tested) => {
    const version = await tested.saved({ consumer: "ann", dueAt: 1, sealed: { set: { text: "sealed" } } });
    await tested.saved({ consumer: "ann", version, state: undefined, dueAt: 1 });
    const absent = { version: 0, state: undefined, sealed: {} };
    matches(await tested.all("ann"), absent, "a removal must remove the state");
    equal(await tested.due(), [], "a removal must remove the due time");
    equal(await tested.list(), [], "a removed state must not be listed");
    await tested.advance(10);
    await tested.saved({ consumer: "ann" });
    matches(await tested.all("ann"), { sealed: {} }, "a removal must remove the sealed texts");
  }),
  recovered("save: of ten changes at once on one version exactly one wins", async (tested) => {
    const version = await tested.saved({ consumer: "ann" });
    const states = Array.from({ length: 10 }, (_, index) => `state ${index}`);
    const answers = await Promise.all(states.map((state) => tested.save({ consumer: "ann", version, state })));
    const winners = states.filter((_, index) => answers[index]?.result === "saved");
    equal(winners.length, 1, "save must accept exactly one change on one version");
    matches(await tested.all("ann"), { version: version + 1, state: winners[0] }, "the accepted change must be stored");
  }),
  recovered("aliases: lead to their owner until the owner deletes them", async (tested) => {
    const first = await tested.saved({ consumer: "ann", aliases: { set: ["one", "two"] } });
    const second = await tested.saved({ consumer: "ann", version: first });
    equal(await tested.owner("one"), "ann", "an alias must stay when a later save does not name it");
    const third = await tested.saved({ consumer: "ann", version: second, aliases: { set: ["one"] } });
    equal(await tested.owner("one"), "ann", "save must accept an alias that the consumer holds already");
    await tested.saved({ consumer: "ann", version: third, aliases: { delete: ["one", "absent"] } });
    equal(await tested.owner("one"), undefined, "save must delete an alias of its consumer");
    equal(await tested.owner("two"), "ann", "save must delete the named alias alone");
    await tested.saved({ consumer: "bob", aliases: { set: ["one"] } });
    equal(await tested.owner("one"), "bob", "a deleted alias must be free for another consumer");
  }),
  recovered("aliases: one that another consumer holds can be neither set nor deleted", async (tested) => {
    await tested.saved({ consumer: "ann", aliases: { set: ["alias"] } });
    await tested.expectSave(
      { consumer: "bob", aliases: { set: ["free", "alias"] } },
      { result: "alias-taken", alias: "alias" },
      "save must refuse an alias of another consumer",
    );
    equal(await tested.owner("alias"), "ann", "a refused save must leave the alias to its owner");
    await tested.saved({ consumer: "bob", aliases: { delete: ["alias"] } });
    equal(await tested.owner("alias"), "ann", "save must not delete an alias of another consumer");
  }),
  recovered("sealed texts: stay until they are replaced or deleted by name", async (tested) => {
    let version = await tested.saved({ consumer: "ann", sealed: { set: { one: "1", two: "2", three: "3" } } });
    version = await tested.saved({ consumer: "ann", version });
    equal((await tested.all("ann")).sealed, { one: "1", two: "2", three: "3" }, "sealed texts must outlast a save");
    const sealed = { set: { two: "new", four: "4" }, delete: ["one", "absent"] };
    version = await tested.saved({ consumer: "ann", version, sealed });
    const expected = { version, sealed: { two: "new", three: "3", four: "4" } };
    matches(await tested.all("ann"), expected, "save must set and delete the named sealed texts alone");
    await tested.saved({ consumer: "bob" });
    matches(await tested.all("bob"), { sealed: {} }, "sealed texts must belong to one consumer");
  }),
  recovered("texts: a state and a sealed text of 100 kB come back unchanged", async (tested) => {
    const text = `{"a":[],"b":{}} "'\\ \u0001 \u2028 ä 日 👋🏽 ${"0123456789äöüß".repeat(7000)}`;
    const version = await tested.saved({ consumer: "ann", state: text, sealed: { set: { text } } });
    const expected = { version, state: text, sealed: { text }, counters: {} };
    equal(await tested.all("ann"), expected, "load must return texts as they were saved");
    await tested.saved({ consumer: "bob", state: "", sealed: { set: { text: "" } } });
    matches(await tested.all("bob"), { state: "", sealed: { text: "" } }, "an empty text is not an absent one");
  }),
  recovered("names: consumers, aliases, sealed texts, sets, and counters take any name", async (tested) => {
    for (const name of oddNames) {
      const shown = JSON.stringify(name.slice(0, 20));
      const member = { set: name, id: name, until: tested.now + MINUTE, bound: 1 };
      const sealed = Object.fromEntries([[name, `sealed ${name}`]]);
      const counters = [{ key: name, add: 1, expiresAt: tested.now + MINUTE }];
      const rest = { aliases: { set: [name] }, sealed: { set: sealed }, members: [member], counters };
      const version = await tested.saved({ consumer: name, state: name, dueAt: 1, ...rest });
      const answer = await tested.load({ alias: name }, { sealed: true, counters: [name] });
      const expected = { consumer: name, version, state: name, sealed, counters: Object.fromEntries([[name, 1]]) };
      matches(answer, expected, `load must return what was saved under the name ${shown}`);
      await tested.expectSave(
        { consumer: `not ${name}`, members: [{ ...member, id: `not ${name}` }] },
        "limit-reached",
        `save must count members of the set ${shown}`,
      );
    }
    equal((await tested.due()).sort(), [...oddNames].sort(), "claimDue must return consumers with any name");
  }),
];
