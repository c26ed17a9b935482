import { visitors } from "@equos-broker/core";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as mac from "../src/sealing/mac.node.js";

vi.mock("../src/sealing/mac.node.js", { spy: true });

const secret = "a secret of more than 32 characters";
const cookieOf = (setCookie: string | undefined) => setCookie?.split(";")[0] ?? "";
const asked = (cookie: string | undefined) => ({ header: (name: string) => (name === "cookie" ? cookie : undefined) });

describe("visitors", () => {
  it("are known again by the cookie that a page's GET minted", async () => {
    const visitor = visitors({ secret });
    const minted = await visitor.issue(undefined);
    expect(minted).toMatch(
      /^__Host-equos-visitor=[\w-]{22}\.\d{10}\.[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/,
    );
    const consumer = await visitor(asked(`theme=dark; ${cookieOf(minted)}`));
    expect(consumer).toEqual({ identity: expect.stringMatching(/^visitor-[\w-]{22}$/), name: "Visitor" });
    expect(await visitor(asked(cookieOf(minted)))).toEqual(consumer);
    expect(await visitor.issue(cookieOf(minted))).toBeUndefined();
  });

  it("are nobody without one", async () => {
    expect(await visitors({ secret })(asked(undefined))).toBeNull();
  });

  it("are nobody with one of another secret, and known through a rotation", async () => {
    const minted = cookieOf(await visitors({ secret }).issue(undefined));
    const other = "another secret of more than 32 characters";
    expect(await visitors({ secret: other })(asked(minted))).toBeNull();
    expect(await visitors({ secret: [other, secret] })(asked(minted))).not.toBeNull();
  });

  it("are forgotten after maxAgeDays, and not before their time", async () => {
    let now = 1_800_000_000_000;
    const visitor = visitors({ secret, maxAgeDays: 1, clock: { now: () => now } });
    const minted = cookieOf(await visitor.issue(undefined));
    now += 86_400_000;
    expect(await visitor(asked(minted))).not.toBeNull();
    now += 1_000;
    expect(await visitor(asked(minted))).toBeNull();
    now -= 3 * 86_400_000;
    expect(await visitor(asked(minted))).toBeNull();
  });

  it("work on plain http in development under another name", async () => {
    const visitor = visitors({ secret, secure: false, name: "Guest" });
    const minted = await visitor.issue(undefined);
    expect(minted).toMatch(/^equos-visitor=.*SameSite=Lax$/);
    expect(await visitor(asked(cookieOf(minted)))).toMatchObject({ name: "Guest" });
  });

  it("get a cookie for an iframe on other sites with crossSite, which needs secure", async () => {
    const visitor = visitors({ secret, crossSite: true });
    const minted = await visitor.issue(undefined);
    expect(minted).toMatch(
      /^__Host-equos-visitor=[^;]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=None; Secure; Partitioned$/,
    );
    expect(await visitors({ secret })(asked(cookieOf(minted)))).not.toBeNull();
    expect(() => visitors({ secret, crossSite: true, secure: false })).toThrow(/"crossSite" must be false without/);
  });

  it("are known by the second of two cookies, and cost two verifications at most", async () => {
    const verify = vi.spyOn(mac, "isMac");
    const visitor = visitors({ secret, maxAgeDays: 1 });
    const minted = cookieOf(await visitor.issue(undefined));
    const [name, value = ""] = minted.split("=");
    const forged = `${name}=${"A".repeat(4)}${value.slice(4)}`;
    // One whose time is over needs no verification.
    const expired = minted.replace(/\.\d+\./, ".1.");
    expect(await visitor(asked([forged, expired, expired, minted].join("; ")))).not.toBeNull();
    verify.mockClear();
    expect(await visitor(asked([...Array(190).fill(forged), minted].join("; ")))).toBeNull();
    expect(verify).toHaveBeenCalledTimes(2);
  });

  it("cannot be forged by changing any character", async () => {
    const visitor = visitors({ secret });
    const minted = cookieOf(await visitor.issue(undefined));
    const start = minted.indexOf("=") + 1;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: start, max: minted.length - 2 }),
        fc.constantFrom("A", "z", "0", "."),
        async (at, char) => {
          fc.pre(minted[at] !== char);
          expect(await visitor(asked(minted.slice(0, at) + char + minted.slice(at + 1)))).toBeNull();
        },
      ),
    );
  });

  it("come through any cookie header without an error", async () => {
    const visitor = visitors({ secret });
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await visitor(asked(`__Host-equos-visitor=${text}`))).toBeNull();
      }),
    );
  });

  it.each([["short"], [7], [["x".repeat(32), "short"]]])("refuse the secret %o", (wrong) => {
    expect(() => visitors({ secret: wrong as never })).toThrow(/"secret" must be at least 32 characters/);
  });

  it("know each other by a secret with any whitespace around it", async () => {
    const minted = cookieOf(await visitors({ secret: `${secret}\n` }).issue(undefined));
    expect(await visitors({ secret: ["", ` \t${secret}\r\n`] })(asked(minted))).not.toBeNull();
  });

  it.each([[undefined], [null], [""], ["\n"], [[]], [["", " "]]])(
    "miss the secret %o at first use",
    async (missing) => {
      const visitor = visitors({ secret: missing as never });
      for (const use of [visitor(asked(undefined)), visitor.issue(undefined)]) {
        await expect(use).rejects.toMatchObject({ code: "secret-missing", status: 500 });
      }
    },
  );
});
