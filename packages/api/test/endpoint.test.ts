import { describe, expect, it } from "vitest";
import { EQUOS_ENDPOINT, EquosClient, parseEndpoint } from "../src/index.js";
import { key } from "./support.js";

describe("parseEndpoint", () => {
  it.each([
    ["https://api.equos.ai", "https://api.equos.ai"],
    ["https://api.equos.ai/", "https://api.equos.ai"],
    ["https://api.equos.ai///", "https://api.equos.ai"],
    ["HTTPS://API.Equos.AI:443", "https://api.equos.ai"],
    ["https://203.0.113.7:8443", "https://203.0.113.7:8443"],
    ["https://gateway.example/equos", "https://gateway.example/equos"],
    ["https://gateway.example/equos/eu//", "https://gateway.example/equos/eu"],
    ["http://localhost:4010", "http://localhost:4010"],
    ["http://LOCALHOST:4010/", "http://localhost:4010"],
    ["http://127.0.0.1:4010/equos/", "http://127.0.0.1:4010/equos"],
    ["http://127.1.2.3", "http://127.1.2.3"],
    ["http://[::1]:4010", "http://[::1]:4010"],
  ])("accepts %s", (endpoint, parsed) => {
    expect(parseEndpoint(endpoint)).toBe(parsed);
  });

  it.each([
    "http://api.equos.ai",
    "http://0.0.0.0:4010",
    "http://192.168.0.1",
    "http://[::2]",
    "http://localhost.example",
    "http://127.0.0.1.example",
    "http://evil.example/127.0.0.1",
    "ws://localhost:4010",
    "ftp://api.equos.ai",
    "file:///etc/hosts",
    "data:text/plain,localhost",
  ])("refuses %s: the key would travel in the clear or not at all", (endpoint) => {
    expect(() => parseEndpoint(endpoint)).toThrow(
      new TypeError("endpoint must use https: (http: only for 127.0.0.1, [::1] and localhost)"),
    );
  });

  it.each([
    "https://user@api.equos.ai",
    "https://user:secret@api.equos.ai",
    "https://:secret@api.equos.ai",
    "http://127.0.0.1@localhost",
    "https://api.equos.ai/?region=eu",
    "https://api.equos.ai?",
    "https://api.equos.ai/#top",
    "https://api.equos.ai#",
  ])("refuses %s: login, query or fragment", (endpoint) => {
    expect(() => parseEndpoint(endpoint)).toThrow(new TypeError("endpoint must have no login, query or fragment"));
  });

  it.each(["https://api.equos.ai/v3", "https://gateway.example/equos/v3/"])(
    "refuses %s: every call adds /v3",
    (endpoint) => {
      expect(() => parseEndpoint(endpoint)).toThrow(/must not end in \/v3/);
    },
  );

  it.each(["", "api.equos.ai", "/v3", "https://", "https://a b"])("refuses %j: no URL", (endpoint) => {
    expect(() => parseEndpoint(endpoint)).toThrow(TypeError);
  });
});

describe("EquosClient.create", () => {
  it("takes Equos' endpoint unless told", () => {
    expect(EquosClient.create(key).getBasePath()).toBe(EQUOS_ENDPOINT);
    expect(EQUOS_ENDPOINT).toBe("https://api.equos.ai");
  });

  it("refuses a wrong endpoint at once", () => {
    expect(() => EquosClient.create(key, { endpoint: "http://api.equos.ai" })).toThrow(TypeError);
    expect(EquosClient.create(key, { endpoint: "http://localhost:4010/x/" }).getBasePath()).toBe(
      "http://localhost:4010/x",
    );
  });
});
