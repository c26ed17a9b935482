// Vitest hands these to Node as well, so "import" and the like, which Node decides by itself, must not stand here.
const conditions = ["@equos-broker/source", "node"];

// Where to write the results for a program to read, besides the screen.
const report = process.env.TEST_REPORT;

/** Tests run the sources themselves. */
export const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } };

export const reporting = {
  reporters: report === undefined ? ["default"] : ["default", "json"],
  ...(report === undefined ? {} : { outputFile: { json: report } }),
};
