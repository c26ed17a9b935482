import { generateKeyPairSync, sign } from "node:crypto";

const der = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
  const content = Buffer.concat(parts);
  const long = [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Uint8Array.from([tag, ...(content.length < 128 ? [content.length] : long)]), content]);
};
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const time = (text: string) => der(0x17, Uint8Array.from(Buffer.from(text)));

/** A certificate for `localhost` that only its own key has signed; made here so that none can expire in the repository. */
export function selfSigned(): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const ecdsaWithSha256 = sequence(hex("06082a8648ce3d040302"));
  const commonName = sequence(hex("0603550403"), der(0x0c, Uint8Array.from(Buffer.from("localhost"))));
  const name = sequence(der(0x31, commonName));
  const content = sequence(
    der(0xa0, hex("020102")),
    hex("020101"),
    ecdsaWithSha256,
    name,
    sequence(time("200101000000Z"), time("491231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = der(0x03, hex("00"), sign("sha256", content, privateKey));
  const body = Buffer.from(sequence(content, ecdsaWithSha256, signature)).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  };
}
