/** The last segment of a URL's path, without a query and with one trailing slash forgiven. */
export function lastSegment(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
