/** What a browser bundle gets instead of the package. */
throw new Error(
  "@equos-broker/express holds your Equos API key and must not reach a browser. Import it in server code only; the page calls your own routes.",
);

export {};
