import { request } from "node:http";
import { EquosClient } from "@equos-broker/api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { documentedOperations } from "../../api/test/schemas/document-schemas.js";
import { emulatorFor } from "./support.js";

const names = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "..", "%2e%2e", "%00", "%", "a%2Fb", "-1", "null", "é", " "),
  fc.string({ maxLength: 300 }),
);

const paths = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...documentedOperations.map(({ path }) => path)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("/", "/emulator/state", "/emulator/clock", "/emulator/uploads/doc_1?signature=", "/v3"),
  },
);

const target = fc
  .tuple(
    paths,
    names,
    fc.oneof(
      fc.constant(""),
      fc.webQueryParameters().map((query) => `?${query}`),
      fc.constant("?take=5&take=7&skip=x"),
    ),
  )
  .map(([path, name, query]) => {
    // A request line takes no space and nothing beyond ASCII; Node's own client refuses them.
    const segment = name.replaceAll(/[^!-~]/g, encodeURIComponent).replaceAll(/[?#]/g, "");
    return path.replaceAll(/\{\w+\}/g, segment) + query;
  })
  .filter((text) => !/[^!-~]/.test(text));

const bodies = fc.oneof(
  fc.constant(undefined),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      '{"__proto__":{"a":1}}',
      '{"name":"x","characterId":"__proto__"}',
      '{"maxSeconds":1e308}',
      "null",
      "[]",
    )
    .map((text) => Buffer.from(text)),
);

interface Odd {
  readonly verb: string;
  readonly target: string;
  readonly body: Buffer | undefined;
  readonly type: string;
}

const odd: fc.Arbitrary<Odd> = fc.record({
  verb: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"),
  target,
  body: bodies,
  type: fc.constantFrom("application/json", "text/plain", "application/json; charset=latin1", "multipart/form-data"),
});

it("answers whatever it is sent, with less than 500, and goes on", async () => {
  const emulator = await emulatorFor();
  const port = Number(new URL(emulator.url).port);
  const statusOf = ({ verb, target: path, body, type }: Odd) =>
    new Promise<number>((resolve, reject) => {
      const headers = {
        "x-api-key": emulator.apiKey,
        "content-type": type,
        ...(body && { "content-length": body.byteLength }),
      };
      const call = request({ host: "127.0.0.1", port, method: verb, path, headers, timeout: 5_000 }, (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
      });
      call.once("error", reject).once("timeout", () => call.destroy(new Error("no answer within 5 s")));
      call.end(body);
    });
  await fc.assert(
    fc.asyncProperty(odd, async (sent) => {
      expect(await statusOf(sent)).toBeLessThan(500);
    }),
    { numRuns: 1_000 },
  );
  const equos = EquosClient.create(emulator.apiKey, { endpoint: emulator.url });
  expect(await equos.health.healthCheck()).toMatchObject({ status: "ok" });
  expect((await equos.characters.listCharacters()).total).toBeGreaterThanOrEqual(0);
});
