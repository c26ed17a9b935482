const key = "talk-character";

/** Whom this tab talks to, for the page after a reload: another character would be another conversation. */
export function remember(character: string | undefined): void {
  try {
    sessionStorage.setItem(key, character ?? "");
  } catch {
    // Where a browser lets pages store nothing, a reload is a click more.
  }
}

export const remembered = (): string | undefined => sessionStorage.getItem(key) || undefined;
