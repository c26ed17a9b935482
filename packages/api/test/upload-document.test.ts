import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { ChecksumError, uploadDocument } from "../src/index.js";
import { clientOf, failureOf, json, key, serve, serveBytes, type TestServer, transports } from "./support.js";

const content = new Uint8Array(300_000).map((_, index) => index % 251);
const sha256 = createHash("sha256").update(content).digest();
const request = { id: "kno_1", name: "prices.pdf", description: "Prices", mimeType: "application/pdf" };
const at = "2026-01-01T00:00:00.000Z";
const document = {
  id: "doc_1",
  knowledgeBaseId: "kno_1",
  name: "prices.pdf",
  description: "Prices",
  size: 0,
  status: "pending",
  createdAt: at,
  updatedAt: at,
};

interface Storage {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly uploadUrl?: string;
}

/** Equos and its storage on one server. */
async function equosAndStorage({ status = 200, headers = {}, uploadUrl }: Storage = {}): Promise<TestServer> {
  const server: TestServer = await serve((response, seen) => {
    if (seen.verb === "PUT") response.writeHead(status, headers).end("no <b>such</b> key");
    else if (seen.verb === "POST") {
      json({ document, uploadUrl: uploadUrl ?? `${server.url}/bucket/doc_1?signature=s3cr3t`, expireAt: at }, 201)(
        response,
        seen,
      );
    } else json({ ...document, status: "indexing" })(response, seen);
  });
  return server;
}

const stepsOf = ({ seen }: TestServer) => seen.map(({ verb, target }) => `${verb} ${target}`);
const added = "POST /v3/knowledge-bases/kno_1/documents";
const put = "PUT /bucket/doc_1?signature=s3cr3t";
const indexed = "PATCH /v3/knowledge-bases/kno_1/documents/doc_1/index";
const deleted = "DELETE /v3/knowledge-bases/kno_1/documents/doc_1";

describe.each(transports)("an upload over $transport", ({ own, transport }) => {
  const client = ({ url }: TestServer) => clientOf(url, { ...own, checkAnswers: true });

  it.each([
    ["bytes", content],
    ["a Blob", new Blob([content])],
  ])("of %s adds, sends and indexes", async (_, given) => {
    const server = await equosAndStorage();
    const sent: number[] = [];
    const onProgress = ({ sentBytes, totalBytes }: { sentBytes: number; totalBytes: number }) => {
      expect(totalBytes).toBe(content.byteLength);
      sent.push(sentBytes);
    };
    const result = await uploadDocument(client(server), { ...request, content: given, onProgress, ...own });
    expect(result).toEqual({ document: { ...document, status: "indexing" }, sha256: sha256.toString("hex") });
    expect(stepsOf(server)).toEqual([added, put, indexed]);
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
    expect([sent[0], sent.at(-1)]).toEqual([0, content.byteLength]);
    if (transport === "Node's agent") expect(sent.length).toBeGreaterThan(4);
    expect(JSON.parse(server.seen[0]?.body ?? "")).toEqual({
      name: "prices.pdf",
      description: "Prices",
      mimeType: "application/pdf",
    });
  });

  it("tells the storage length, type and digest, and nothing of the key", async () => {
    const server = await equosAndStorage();
    await uploadDocument(client(server), { ...request, content, ...own });
    const { headers } = server.seen[1] ?? {};
    expect(headers).toMatchObject({
      "content-type": "application/pdf",
      "content-length": String(content.byteLength),
      "content-digest": `sha-256=:${sha256.toString("base64")}:`,
    });
    expect(JSON.stringify(headers)).not.toContain(key);
  });

  it("of nothing is a whole document, too", async () => {
    const server = await equosAndStorage();
    const progress: unknown[] = [];
    await uploadDocument(client(server), {
      ...request,
      content: new Uint8Array(),
      onProgress: (at) => progress.push(at),
      ...own,
    });
    expect(server.seen[1]?.headers["content-length"]).toBe("0");
    expect(progress).toEqual([
      { sentBytes: 0, totalBytes: 0 },
      { sentBytes: 0, totalBytes: 0 },
    ]);
  });

  it.each([
    ["refuses it", { status: 403 }, { name: "ResponseError", response: { status: 403 } }],
    ["points elsewhere", { status: 307, headers: { location: "http://127.0.0.1:1/" } }, { response: { status: 307 } }],
    ["stored other bytes", { headers: { "x-amz-checksum-sha256": "AAAA" } }, { name: "ChecksumError" }],
    [
      "answers in the clear",
      { uploadUrl: "http://storage.example/doc" },
      { name: "InvalidAnswerError", operation: "addDocument", field: "uploadUrl" },
    ],
    ["is no URL", { uploadUrl: "bucket" }, { field: "uploadUrl" }],
  ])("is deleted again when the storage %s", async (_, storage, expected) => {
    const server = await equosAndStorage(storage);
    const error = await failureOf(uploadDocument(client(server), { ...request, content, ...own }));
    expect(error).toMatchObject(expected);
    expect(stepsOf(server).filter((step) => step !== put)).toEqual([added, deleted]);
  });

  it("is deleted again when it is aborted or takes too long", async () => {
    const server: TestServer = await serve((response, seen) => {
      if (seen.verb === "PUT") return;
      const uploadUrl = `${server.url}/bucket/doc_1`;
      json(seen.verb === "POST" ? { document, uploadUrl, expireAt: at } : document)(response, seen);
    });
    const reason = new Error("the user went on");
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    expect(
      await failureOf(
        uploadDocument(client(server), { ...request, content, onProgress, signal: controller.signal, ...own }),
      ),
    ).toBe(reason);
    const late = await failureOf(uploadDocument(client(server), { ...request, content, timeoutMs: 60, ...own }));
    expect(late).toMatchObject({ name: "TimeoutError", operation: "uploadDocument" });
    expect(stepsOf(server).filter((step) => step.startsWith("DELETE"))).toEqual([deleted, deleted]);
  });

  it("fails with what `onProgress` throws, and is deleted again", async () => {
    for (const after of [-1, 0, content.byteLength - 1]) {
      const server = await equosAndStorage();
      const error = new Error(`thrown after ${after}`);
      const onProgress = ({ sentBytes }: { sentBytes: number }) => {
        if (sentBytes > after) throw error;
      };
      expect(await failureOf(uploadDocument(client(server), { ...request, content, onProgress, ...own }))).toBe(error);
      expect(stepsOf(server).filter((step) => step !== put)).toEqual([added, deleted]);
    }
  });

  it("waits for what it asked to be added, and deletes it, when it is aborted meanwhile", async () => {
    const controller = new AbortController();
    const reason = new Error("the user went on");
    const server: TestServer = await serve((response, seen) => {
      if (seen.verb === "POST") controller.abort(reason);
      const added = { document, uploadUrl: `${server.url}/bucket/doc_1`, expireAt: at };
      json(seen.verb === "POST" ? added : document)(response, seen);
    });
    const call = uploadDocument(client(server), { ...request, content, signal: controller.signal, ...own });
    expect(await failureOf(call)).toBe(reason);
    expect(stepsOf(server)).toEqual([added, deleted]);
    const again = uploadDocument(client(server), { ...request, content, signal: controller.signal, ...own });
    expect(await failureOf(again)).toBe(reason);
    expect(server.seen).toHaveLength(2);
  });

  it("is deleted in a second attempt, and fails with what failed first", async () => {
    let deletions = 0;
    const server: TestServer = await serve((response, seen) => {
      if (seen.verb === "PUT") return void response.writeHead(403).end();
      if (seen.verb === "DELETE") deletions += 1;
      const status = seen.verb === "DELETE" && deletions === 1 ? 503 : 200;
      json({ document, uploadUrl: `${server.url}/bucket/doc_1`, expireAt: at, ...document }, status)(response, seen);
    });
    const error = await failureOf(uploadDocument(client(server), { ...request, content, ...own }));
    expect(error).toMatchObject({ response: { status: 403 } });
    expect(deletions).toBe(2);
  });

  it("keeps the query of a URL that has no path", async () => {
    const server: TestServer = await serve((response, seen) => {
      json({ document, uploadUrl: `${server.url}?signature=1`, expireAt: at, ...document })(response, seen);
    });
    await uploadDocument(client(server), { ...request, content, ...own });
    expect(server.seen[1]?.target).toBe("/?signature=1");
  });

  it("sends to a URL that no request line carries as it is", async () => {
    const server: TestServer = await serve((response, seen) => {
      const uploadUrl = `${server.url}/bucket/ä b?name=ö&x=%20#part`;
      json(seen.verb === "POST" ? { document, uploadUrl, expireAt: at } : document)(response, seen);
    });
    await uploadDocument(client(server), { ...request, content, ...own });
    expect(server.seen[1]?.target).toBe("/bucket/%C3%A4%20b?name=%C3%B6&x=%20");
  });

  it("takes the storage's own checksum when it agrees", async () => {
    const server = await equosAndStorage({ headers: { "x-amz-checksum-sha256": sha256.toString("base64") } });
    await expect(uploadDocument(client(server), { ...request, content, ...own })).resolves.toBeDefined();
  });
});

it("that is refused before its bytes are read lets go of the connection", async () => {
  let isClosed = false;
  let received = 0;
  const storage = await serveBytes((socket) => {
    socket.pause();
    socket.on("data", (bytes) => (received += bytes.byteLength));
    socket.once("close", () => (isClosed = true));
    socket.write("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
  });
  const server = await equosAndStorage({ uploadUrl: `${storage.url}/doc` });
  const large = new Uint8Array(50_000_000);
  const error = await failureOf(uploadDocument(clientOf(server.url), { ...request, content: large }));
  expect(error).toMatchObject({ response: { status: 403 } });
  // What is left would be read now, if it still came.
  storage.sockets[0]?.resume();
  await vi.waitFor(() => expect(isClosed).toBe(true));
  expect(received).toBeLessThan(large.byteLength);
});

it("of which nothing was added leaves nothing to delete", async () => {
  const server = await serve((response) => response.writeHead(404).end());
  expect(await failureOf(uploadDocument(clientOf(server.url), { ...request, content }))).toMatchObject({
    response: { status: 404 },
  });
  expect(server.seen).toHaveLength(1);
});

it("has an error of its own for other bytes", () => {
  expect(new ChecksumError()).toMatchObject({ name: "ChecksumError" });
});
