import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { manualClock } from "@equos-broker/emulator";
import { afterEach, expect, it, vi } from "vitest";
import { isPromise } from "../../src/deadline.js";
import { memoryStore } from "../../src/store/memory-store.js";
import type { Answer, Awaitable, StateChange, StoreUser } from "../../src/store/store.js";

const MINUTE = 60_000;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Returns what the store has answered at once. */
function atOnce<T>(answer: Awaitable<Answer<T>>) {
  if (isPromise(answer) || answer.replaced) throw new Error("expected an answer without a promise");
  return answer;
}

function opened() {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const keyFor = (text: string) => store.keyFor?.(text) ?? "";
  const identity = store.open({ nonce: "Nonce123", key: "the key", format: 1 });
  if (isPromise(identity)) throw new Error("expected an identity without a promise");
  const context = { storeId: identity.id, seen: 0 };
  const save = (change: Partial<StateChange> & { readonly consumer: string }) => {
    const expiresAt = clock.now() + 10 * MINUTE;
    const answer = atOnce(
      store.save({ version: 0, state: "state", expiresAt, notAfter: clock.now(), ...change }, context),
    );
    return answer.result === "saved" ? answer.version : answer.result;
  };
  return { clock, store, context, save, keyFor };
}

it("answers every operation without a promise", () => {
  const { store, context, save } = opened();
  save({ consumer: "ann", dueAt: 1 });
  atOnce(store.load({ by: { consumer: "ann" } }, context));
  atOnce(store.claimDue({ limit: 1, leaseMs: 1 }, context));
  atOnce(store.list(undefined, context));
  atOnce(store.acquireLease("sweep", "me", 1, context));
  atOnce(store.updateMeta({ joinSeen: true }, context));
});

it("takes no more memory for 200,000 saves of one consumer, with new due times, members, and counters", async () => {
  const { clock, store, context, save } = opened();
  const memory = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 1e6;
  };
  let version: number | string = 0;
  const saveOften = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const now = clock.now();
      version = save({
        consumer: "ann",
        version: Number(version),
        ...(index % 2 === 0 ? { dueAt: now + index } : {}),
        aliases: { set: [`alias ${index}`], delete: [`alias ${index - 1}`] },
        sealed: { set: { [`name ${index % 20}`]: "text" } },
        members: [{ set: `set ${index % 100}`, id: "ann", until: now + index }],
        counters: [{ key: `key ${index % 100}`, add: 1, expiresAt: now + index }],
      });
    }
  };
  saveOften(20_000);
  const before = memory();
  saveOften(200_000);
  expect(version).toBeTypeOf("number");
  // A heap or listing that keeps old times would take 100 bytes for each save.
  expect(memory() - before).toBeLessThan(5);
  expect(atOnce(store.list(undefined, context)).states.length).toBeLessThanOrEqual(1);
});

it("removes expired data of consumers that never come back", async () => {
  const { clock, store, context, save } = opened();
  for (let index = 0; index < 3000; index += 1) {
    const members = [{ set: `set ${index % 10}`, id: `${index}`, until: clock.now() + MINUTE, bound: 1e6 }];
    save({ consumer: `consumer ${index}`, dueAt: clock.now() + index, members });
  }
  await clock.advance(10 * MINUTE);
  const { claimed, nextDueAt } = atOnce(store.claimDue({ limit: 10, leaseMs: MINUTE }, context));
  expect([claimed, nextDueAt]).toEqual([[], undefined]);
  expect(atOnce(store.list(undefined, context)).states).toEqual([]);
});

it("counts a set of 100,000 members without a scan", async () => {
  const { clock, save } = opened();
  const until = clock.now() + MINUTE;
  const join = (index: number, bound: number) =>
    save({ consumer: `consumer ${index}`, members: [{ set: "active", id: `${index}`, until: until + index, bound }] });
  const began = performance.now();
  for (let index = 0; index < 100_000; index += 1) join(index, 100_000);
  expect(join(100_000, 100_000)).toBe("limit-reached");
  // A scan for each join takes minutes.
  expect(performance.now() - began).toBeLessThan(5000);
  await clock.advance(MINUTE + 49_999);
  expect([join(100_001, 50_000), join(100_002, 50_001)]).toEqual(["limit-reached", expect.any(Number)]);
});

it("keyFor: keeps a key while its consumer has data, and for ten minutes after its last use", async () => {
  const { clock, store, context, save, keyFor } = opened();
  const key = keyFor("ann");
  expect([key, keyFor("bob")]).toEqual([expect.stringMatching(/^[\w-]{16}$/), expect.not.stringMatching(key)]);
  await clock.advance(9 * MINUTE);
  expect(keyFor("ann")).toBe(key);
  const version = save({ consumer: key, expiresAt: clock.now() + 60 * MINUTE });
  await clock.advance(59 * MINUTE);
  store.claimDue({ limit: 1, leaseMs: 1 }, context);
  expect(keyFor("ann")).toBe(key);
  save({ consumer: key, version: Number(version), state: undefined });
  await clock.advance(9 * MINUTE);
  expect(keyFor("ann")).toBe(key);
  await clock.advance(10 * MINUTE);
  expect(keyFor("ann")).not.toBe(key);
});

afterEach(() => void vi.unstubAllEnvs());

const user = (change: Partial<StoreUser> = {}): StoreUser => ({
  ...{ deployment: "shop", endpoint: "https://equos.example", upstream: () => "key", ...change },
});

it("attach: returns one store per process, deployment, endpoint, and key or client", () => {
  const attach = (change: Partial<StoreUser> = {}) => memoryStore().attach?.(user(change));
  const first = attach();
  expect(first).toBeDefined();
  expect(attach()).toBe(first);
  const others = [{ deployment: "desk" }, { endpoint: "https://other.example" }, { upstream: () => "other key" }];
  for (const change of others) expect(attach(change)).not.toBe(first);
  // A module that is evaluated twice creates its client twice.
  const client = (deployment: string | undefined) => attach({ deployment, upstream: () => ({}) });
  expect(client("clients")).toBe(client("clients"));
  expect(client(undefined)).not.toBe(client(undefined));
});

it("attach: a store with its own clock shares nothing", () => {
  const store = memoryStore({ clock: manualClock() });
  expect(store.attach?.(user())).toBe(store);
});

const refusal = (by: string) => ({
  code: "store-not-shared",
  message: expect.stringMatching(new RegExp(`${by} can run several.*redisStore.*singleProcess: true`)),
});

it.each([
  ["Vercel", { VERCEL: "1" }],
  ["Vercel", { VERCEL: "1", VERCEL_ENV: "production" }],
  ["Vercel", { VERCEL: "1", VERCEL_ENV: "preview", NODE_ENV: "production" }],
  ["Netlify", { NETLIFY: "true" }],
  ["AWS Lambda", { AWS_LAMBDA_FUNCTION_NAME: "shop" }],
  // A stage of its own, such as one for testers.
  ["AWS Lambda", { AWS_LAMBDA_FUNCTION_NAME: "shop", NODE_ENV: "development" }],
  ["AWS Lambda", { AWS_LAMBDA_FUNCTION_NAME: "shop", VERCEL: "1", NODE_ENV: "development" }],
  ["Cloud Run", { K_SERVICE: "shop", NODE_ENV: "development" }],
  ["Azure Functions", { FUNCTIONS_WORKER_RUNTIME: "node", AZURE_FUNCTIONS_ENVIRONMENT: "Production" }],
  ["Deno Deploy", { DENO_DEPLOYMENT_ID: "d1" }],
])("attach: refuses several instances of %s, shown by %o, unless singleProcess is set", (platform, variables) => {
  for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
  expect(() => memoryStore().attach?.(user())).toThrow(expect.objectContaining(refusal(platform)));
  expect(memoryStore({ singleProcess: true }).attach?.(user())).toBeDefined();
});

it.each([
  { VERCEL: "1", VERCEL_ENV: "development" },
  { VERCEL: "1", NODE_ENV: "development" },
  { VERCEL: "1", VERCEL_ENV: "preview", NODE_ENV: "development" },
  { NETLIFY: "true", NETLIFY_DEV: "true", AWS_LAMBDA_FUNCTION_NAME: "shop" },
  { NETLIFY: "true", NODE_ENV: "development" },
  { AWS_LAMBDA_FUNCTION_NAME: "shop", AWS_SAM_LOCAL: "true" },
  { AWS_LAMBDA_FUNCTION_NAME: "shop", IS_OFFLINE: "true" },
  { K_SERVICE: "shop", FUNCTIONS_EMULATOR: "true" },
  { FUNCTIONS_WORKER_RUNTIME: "node", AZURE_FUNCTIONS_ENVIRONMENT: "Development" },
])("attach: a platform's variables on a developer's machine are no several instances, %o", (variables) => {
  for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
  expect(memoryStore().attach?.(user())).toBeDefined();
});

// PM2 itself is started in packages/installed.
it.each([
  ["A Node cluster", "cluster", {}],
  ["A Node cluster", "cluster", { NODE_ENV: "development" }],
  ["A Node cluster", "cluster", { pm_id: "0", NODE_APP_INSTANCE: "0", instances: "1", exec_mode: "fork_mode" }],
  ["Worker threads", "threads", {}],
])("attach: refuses %s (%s), %o", async (name, kind, variables) => {
  const { outcomes } = await instances(kind, variables);
  expect(outcomes).toHaveLength(2);
  for (const outcome of outcomes) expect(outcome).toContain(`${name} can run several`);
});

it("attach: one process is no several instances, nor is a thread of a development server", async () => {
  expect(await instances("one", {})).toEqual({ outcomes: ["opened"] });
  expect(await instances("threads", { NODE_ENV: "development" })).toEqual({ outcomes: ["opened", "opened"] });
});

async function instances(kind: string, variables: Readonly<Record<string, string>>) {
  const program = fileURLToPath(new URL("instances.ts", import.meta.url));
  const { PATH } = process.env;
  const child = await promisify(execFile)(
    process.execPath,
    ["--conditions=@equos-broker/source", "--import", "tsx", program, kind],
    // As it is outside of tests.
    { env: { PATH, ...variables } as NodeJS.ProcessEnv },
  );
  return { outcomes: JSON.parse(child.stdout) as readonly string[] };
}
