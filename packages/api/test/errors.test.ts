import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certainlyNotSent, FetchError, RequiredError, ResponseError, systemCode, TimeoutError } from "../src/index.js";

const coded = (code: string, syscall?: string) =>
  Object.assign(new Error(code), { code, ...(syscall === undefined ? {} : { syscall }) });

/** What `fetch` throws. */
const ofFetch = (cause: unknown) => new TypeError("fetch failed", { cause });

/** What the official SDK throws when its `fetch` fails. */
function ofSdk(cause: unknown): Error {
  const error = new Error("The request failed and the interceptors did not return an alternative response");
  return Object.assign(error, { name: "FetchError", cause });
}

const before: readonly (Error & { readonly code?: string })[] = [
  coded("ENOTFOUND", "getaddrinfo"),
  coded("EAI_AGAIN", "getaddrinfo"),
  coded("ECONNREFUSED", "connect"),
  coded("EHOSTUNREACH", "connect"),
  coded("ENETUNREACH", "connect"),
  coded("EADDRNOTAVAIL", "connect"),
  coded("UND_ERR_CONNECT_TIMEOUT"),
  coded("ConnectionRefused"),
  coded("FailedToOpenSocket"),
  coded("CERT_HAS_EXPIRED"),
  coded("DEPTH_ZERO_SELF_SIGNED_CERT"),
  coded("SELF_SIGNED_CERT_IN_CHAIN"),
  coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
  coded("ERR_TLS_CERT_ALTNAME_INVALID"),
  coded("ERR_SSL_WRONG_VERSION_NUMBER"),
  coded("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"),
  coded("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"),
  // Deno 2.9
  new Error(
    "error sending request for url (https://equos.invalid/): client error (Connect): dns error: failed to lookup",
  ),
  // Bun 1.4
  Object.assign(new TypeError("EPROTO: The TLS handshake failed. Does the server speak TLS on this port?"), {
    code: "EPROTO",
  }),
];
const after: readonly (Error & { readonly code?: string })[] = [
  coded("ECONNRESET", "read"),
  coded("EPIPE", "write"),
  coded("ETIMEDOUT", "read"),
  coded("ETIMEDOUT", "connect"),
  coded("UND_ERR_SOCKET"),
  coded("UND_ERR_HEADERS_TIMEOUT"),
  coded("UND_ERR_BODY_TIMEOUT"),
  coded("HPE_INVALID_CONSTANT"),
  coded("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"),
  coded("ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC"),
  // A route that is lost while the answer is awaited.
  coded("EHOSTUNREACH", "read"),
  coded("ENETUNREACH", "write"),
  coded("NOT_ECONNREFUSED"),
  coded("ECONNREFUSED_TOO"),
  coded("EPROTO"),
  // Deno 2.9
  new Error("error sending request for http://127.0.0.1:1/: client error (SendRequest): connection closed"),
  // workerd says this of a refused connection, too.
  new Error("Network connection lost."),
];

describe.each([
  ["Node", (error: Error) => error],
  ["fetch", ofFetch],
  ["the official SDK", (error: Error) => ofSdk(ofFetch(error))],
  ["both", (error: Error) => new Error("while stopping", { cause: ofSdk(ofFetch(error)) })],
])("failures as %s throws them", (_, thrown) => {
  it.each(before)("$message was certainly not sent", (error) => {
    expect(certainlyNotSent(thrown(error))).toBe(true);
    expect(systemCode(thrown(error))).toBe(error.code);
  });

  it.each(after)("$message ($syscall) may have been sent", (error) => {
    expect(certainlyNotSent(thrown(error))).toBe(false);
    expect(systemCode(thrown(error))).toBe(error.code);
  });
});

describe("certainlyNotSent", () => {
  it("believes `sent` more than a code", () => {
    expect(certainlyNotSent(new FetchError(true, coded("EHOSTUNREACH")))).toBe(false);
    expect(certainlyNotSent(new FetchError(false, coded("ECONNRESET")))).toBe(true);
  });

  it("is true of a RequiredError, the official SDK's too", () => {
    expect(certainlyNotSent(new RequiredError("id"))).toBe(true);
    expect(certainlyNotSent(Object.assign(new Error(), { name: "RequiredError", field: "id" }))).toBe(true);
  });

  it("is false of everything that says nothing of it", () => {
    const headers = new Headers();
    const text = async () => "";
    for (const error of [
      new ResponseError({ status: 503, headers, text }),
      new TimeoutError(1, "startConversation"),
      new DOMException("aborted", "AbortError"),
      new TypeError("fetch failed"),
      undefined,
      null,
      "ECONNREFUSED",
      { code: 111 },
    ]) {
      expect(certainlyNotSent(error)).toBe(false);
      expect(systemCode(error)).toBeUndefined();
    }
  });
});

describe("whatever was thrown", () => {
  const link = fc.letrec<{ link: unknown }>((tie) => ({
    link: fc.oneof(
      { maxDepth: 8 },
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withObjectString: true }),
      fc.record(
        {
          name: fc.constantFrom("FetchError", "RequiredError", 7, null),
          code: fc.oneof(fc.anything(), fc.constantFrom("ECONNREFUSED", "ECONNRESET")),
          sent: fc.anything(),
          syscall: fc.anything(),
          cause: tie("link"),
        },
        { requiredKeys: [] },
      ),
    ),
  })).link;

  it("neither function throws, and each keeps its type", () => {
    fc.assert(
      fc.property(link, (error) => {
        expect(typeof certainlyNotSent(error)).toBe("boolean");
        expect(["string", "undefined"]).toContain(typeof systemCode(error));
        expect(new FetchError(true, error).code).toBe(systemCode(error));
      }),
      { numRuns: 500 },
    );
  });

  it("a FetchError always knows better than its cause", () => {
    fc.assert(
      fc.property(link, fc.boolean(), (cause, sent) => {
        expect(certainlyNotSent(new FetchError(sent, cause))).toBe(!sent);
      }),
    );
  });

  it("chains in a circle, getters and proxies that throw are no failure of ours", () => {
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    const hostile = {
      get code(): string {
        throw new Error("code");
      },
      get cause(): unknown {
        throw new Error("cause");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const error of [circle, hostile, proxy, { cause: hostile }, { cause: proxy }]) {
      expect(certainlyNotSent(error)).toBe(false);
      expect(systemCode(error)).toBeUndefined();
    }
  });
});
