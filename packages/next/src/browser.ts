/** An export, so that bundlers take this for the ES module it is and miss the names that a page imports. */
export const serverOnly = true;

/** What a browser bundle gets instead of the package. */
throw new Error(
  "@equos-broker/next holds your Equos API key and must not reach a browser. Import it in server code only; the page calls your own routes.",
);
