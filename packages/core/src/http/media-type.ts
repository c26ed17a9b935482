import { BrokerError } from "../errors.js";

/** The media type of a Content-Type header, without parameters such as `charset`. */
export function mediaType(header: string | undefined): string {
  return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** JSON only: a form of another site cannot send it unasked. @throws BrokerError `unsupported-media-type` */
export function requireJson(contentType: string | undefined): void {
  if (mediaType(contentType) !== "application/json") throw new BrokerError("unsupported-media-type");
}

/**
 * Also what a closing page can still send, `navigator.sendBeacon(url, text)`, and nothing at all, whatever type a client
 * names for it.
 */
export function requireJsonOrText(header: (name: string) => string | undefined): void {
  const isEmpty = (header("content-length") ?? "0") === "0" && header("transfer-encoding") === undefined;
  if (isEmpty || ["", "application/json", "text/plain"].includes(mediaType(header("content-type")))) return;
  throw new BrokerError("unsupported-media-type", {
    publicMessage: "Send the body as application/json or text/plain.",
  });
}
