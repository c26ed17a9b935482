import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { type EquosClient, everyItem, uploadDocument } from "@equos-broker/api";
import { type Emulator, manualClock } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { emulatorAndClient, refusalOf } from "./client.js";

const createDocumentRequest = { name: "prices.pdf", description: "Prices", mimeType: "application/pdf" };
const content = randomBytes(3_000_000);

async function baseIn({ knowledgeBases }: EquosClient): Promise<string> {
  const createKnowledgeBaseRequest = { name: "Shop", description: "Of the shop", client: "shop" };
  return (await knowledgeBases.createKnowledgeBase({ createKnowledgeBaseRequest })).id;
}

async function documentsOf({ knowledgeBases }: EquosClient, id: string) {
  return (await knowledgeBases.getKnowledgeBase({ id }))?.documents;
}

const put = (
  url: string,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
  method = "PUT",
) => fetch(url, { method, body, headers: { "content-type": "application/pdf", ...headers } });

describe("a document", () => {
  it("is added, sent, and indexed in time", async () => {
    const clock = manualClock(Date.UTC(2026, 10, 26));
    const { emulator, equos } = await emulatorAndClient({ clock });
    const id = await baseIn(equos);
    const { document, sha256 } = await uploadDocument(equos, { id, ...createDocumentRequest, content });
    expect(sha256).toBe(createHash("sha256").update(content).digest("hex"));
    expect(document).toMatchObject({ status: "indexing", size: content.byteLength, knowledgeBaseId: id });
    await clock.advance(4_999);
    expect(await documentsOf(equos, id)).toMatchObject([{ status: "indexing" }]);
    await clock.advance(1);
    expect(await documentsOf(equos, id)).toMatchObject([{ status: "indexed", updatedAt: "2026-11-26T00:00:05.000Z" }]);
    const kept = emulator.export().knowledgeBases?.find((base) => base.id === id)?.documents?.[0];
    expect(Buffer.from(kept?.contentBase64 ?? "", "base64").equals(content)).toBe(true);
    expect(await equos.knowledgeBases.deleteDocument({ id, doc: document.id })).toMatchObject({ id: document.id });
    expect(await documentsOf(equos, id)).toEqual([]);
  });

  it.each([
    ["absent", []],
    ["listed", [{ status: "pending", size: 0 }]],
  ] as const)("without its bytes is %s", async (pendingDocuments, shown) => {
    const { equos } = await emulatorAndClient({ switches: { pendingDocuments } });
    const id = await baseIn(equos);
    const { document } = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    expect(document).toMatchObject({ status: "pending", size: 0 });
    expect(await documentsOf(equos, id)).toMatchObject(shown);
    const indexing = equos.knowledgeBases.indexDocument({ id, doc: document.id });
    expect(await refusalOf(indexing)).toMatchObject({ status: 409 });
  });

  it("has the statuses that it is told to have", async () => {
    const documentStatus = { added: "a", uploaded: "u", indexing: "i", indexed: "d" };
    const { equos } = await emulatorAndClient({ switches: { documentStatus, indexSeconds: 0 } });
    const id = await baseIn(equos);
    const { document, uploadUrl } = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    expect(document.status).toBe("a");
    await put(uploadUrl, "bytes");
    expect(await documentsOf(equos, id)).toMatchObject([{ status: "u", size: 5 }]);
    expect(await equos.knowledgeBases.indexDocument({ id, doc: document.id })).toMatchObject({ status: "d" });
  });
});

const digestOf = (algorithm: string, content: string) => createHash(algorithm).update(content).digest("base64");

/** Of the content "x": malformed, of unknown algorithms, and wrong beside a right one. */
const digestsThatAreNone = [
  "sha-256",
  "",
  `sha-256=${digestOf("sha256", "x")}`,
  `md5=:${digestOf("md5", "x")}:`,
  `sha-256=:${digestOf("sha256", "x")}:, sha-512=:AAAA:`,
  `sha-256=:${digestOf("sha256", "x")}:,`,
];

/** An upload of which the last byte is held back until it is let go. */
async function heldUpload(url: string, size: number) {
  const { port, pathname, search } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(
    `PUT ${pathname}${search} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/pdf\r\ncontent-length: ${size}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.write(Buffer.alloc(size - 1), resolve));
  return async () => {
    socket.write("x");
    const [chunk] = await once(socket, "data");
    return Number(/^HTTP\/1\.1 (\d+)/.exec(String(chunk))?.[1]);
  };
}

describe("an upload URL", () => {
  it("takes what it was made for, and nothing else", async () => {
    const clock = manualClock();
    const { emulator, equos } = await emulatorAndClient({ clock });
    const id = await baseIn(equos);
    const { document, uploadUrl, expireAt } = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    expect(Date.parse(expireAt) - clock.now()).toBe(900_000);
    expect(uploadUrl).not.toContain(emulator.apiKey);
    const refused = async (response: Promise<Response>) => (await response).status;
    expect(await refused(put(uploadUrl, "x", { "content-type": "text/plain" }))).toBe(403);
    expect(await refused(put(uploadUrl.replace(/signature=.*/, "signature="), "x"))).toBe(403);
    expect(await refused(put(uploadUrl.replace(document.id, "doc_none"), "x"))).toBe(403);
    expect(await refused(put(uploadUrl, "x", {}, "POST"))).toBe(405);
    expect(await refused(put(uploadUrl, "x", { "content-digest": "sha-256=:AAAA:" }))).toBe(400);
    for (const digest of digestsThatAreNone)
      expect(await refused(put(uploadUrl, "x", { "content-digest": digest }))).toBe(400);
    expect(await documentsOf(equos, id)).toEqual([]);
    const both = `sha-512=:${digestOf("sha512", "first")}:, sha-256=:${digestOf("sha256", "first")}:`;
    expect(await refused(put(uploadUrl, "first", { "content-digest": both }))).toBe(200);
    expect(await refused(put(uploadUrl, "second!"))).toBe(200);
    expect(await documentsOf(equos, id)).toMatchObject([{ size: 7 }]);
    await equos.knowledgeBases.indexDocument({ id, doc: document.id });
    expect(await refused(put(uploadUrl, "late"))).toBe(409);
  });

  it("stops working in time, and takes another verb when told so", async () => {
    const clock = manualClock();
    const { equos } = await emulatorAndClient({ clock, switches: { uploadSeconds: 60, uploadVerb: "POST" } });
    const id = await baseIn(equos);
    const { uploadUrl } = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    expect((await put(uploadUrl, "x", {}, "POST")).status).toBe(200);
    await clock.advance(60_000);
    expect((await put(uploadUrl, "x", {}, "POST")).status).toBe(403);
  });

  it("takes 100 MB for a knowledge base, not a byte more", async () => {
    const { equos } = await emulatorAndClient();
    const id = await baseIn(equos);
    const first = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    const second = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    expect((await put(first.uploadUrl, new Uint8Array(99_999_999))).status).toBe(200);
    expect((await put(second.uploadUrl, "xy")).status).toBe(413);
    expect((await put(second.uploadUrl, "x")).status).toBe(200);
  });
});

describe("an upload under way", () => {
  it("does not bring back a document that was deleted", async () => {
    const { emulator, equos } = await emulatorAndClient();
    const id = await baseIn(equos);
    const { document, uploadUrl } = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    const finish = await heldUpload(uploadUrl, 4);
    await equos.health.healthCheck();
    await equos.knowledgeBases.deleteDocument({ id, doc: document.id });
    expect(await finish()).toBe(403);
    expect(emulator.export().knowledgeBases?.find((base) => base.id === id)?.documents).toEqual([]);
  });

  it("does not change a document that is indexed by now", async () => {
    const { equos } = await emulatorAndClient();
    const id = await baseIn(equos);
    const { document, uploadUrl } = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    const finish = await heldUpload(uploadUrl, 4);
    await put(uploadUrl, "indexed");
    await equos.knowledgeBases.indexDocument({ id, doc: document.id });
    expect(await finish()).toBe(409);
    expect(await documentsOf(equos, id)).toMatchObject([{ size: 7 }]);
  });

  it("takes no room that another one has taken", async () => {
    const { equos } = await emulatorAndClient();
    const id = await baseIn(equos);
    const first = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    const second = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    const finish = await heldUpload(first.uploadUrl, 2);
    await put(second.uploadUrl, new Uint8Array(99_999_999));
    expect(await finish()).toBe(413);
    expect(await documentsOf(equos, id)).toMatchObject([{ size: 99_999_999 }]);
  });
});

describe("an upload that is cut off", () => {
  it("in the middle of its bytes leaves no document", async () => {
    const { equos } = await emulatorAndClient();
    const id = await baseIn(equos);
    const { uploadUrl } = await equos.knowledgeBases.addDocument({ id, createDocumentRequest });
    const { port, pathname, search } = new URL(uploadUrl);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/pdf\r\ncontent-length: 9\r\n\r\n1234`,
    );
    await once(socket, "connect");
    socket.destroy();
    await once(socket, "close");
    await equos.health.healthCheck();
    expect(await documentsOf(equos, id)).toEqual([]);
    expect((await put(uploadUrl, "123456789")).status).toBe(200);
  });

  /** A process that uploads, and is killed when it has sent so much. */
  async function killedAfter(emulator: Emulator, id: string, bytes: number): Promise<void> {
    const program = `
      import { EquosClient, uploadDocument } from "@equos-broker/api";
      const equos = EquosClient.create(${JSON.stringify(emulator.apiKey)}, { endpoint: ${JSON.stringify(emulator.url)} });
      await uploadDocument(equos, {
        id: ${JSON.stringify(id)}, ...${JSON.stringify(createDocumentRequest)}, content: new Uint8Array(60_000_000).fill(7),
        onProgress: ({ sentBytes }) => { if (sentBytes >= ${bytes}) process.kill(process.pid, "SIGKILL"); },
      });`;
    const folder = new URL("..", import.meta.url);
    const child = spawn(
      process.execPath,
      ["--conditions=@equos-broker/source", "--import", "tsx", "--input-type=module", "-e", program],
      { cwd: folder, stdio: "inherit" },
    );
    onTestFinished(() => void child.kill("SIGKILL"));
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");
  }

  it.each([0, 1_000_000, 30_000_000, 59_900_000])(
    "by a kill after %i bytes leaves it absent or whole",
    async (bytes) => {
      const { emulator, equos } = await emulatorAndClient();
      const id = await baseIn(equos);
      await killedAfter(emulator, id, bytes);
      await equos.health.healthCheck();
      const documents = (await documentsOf(equos, id)) ?? [];
      for (const { size } of documents) expect(size).toBe(60_000_000);
      const again = await uploadDocument(equos, { id, ...createDocumentRequest, content });
      expect(again.document.size).toBe(content.byteLength);
    },
  );
});

it("belongs to no other resource's list", async () => {
  const { equos } = await emulatorAndClient();
  const id = await baseIn(equos);
  await uploadDocument(equos, { id, ...createDocumentRequest, content: new Uint8Array(1) });
  const sizes: number[] = [];
  for await (const base of everyItem(equos.knowledgeBases.listKnowledgeBases, { client: "shop" }))
    sizes.push(base.documents.length);
  expect(sizes).toEqual([1]);
});
