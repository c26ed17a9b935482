import { examples, responses } from "./answers.js";
import { headers } from "./headers.js";
import { paths } from "./operations.js";
import type { Schema } from "./schema.js";
import { schemas } from "./schemas.js";

const description = `
The routes that equos-broker mounts on your server. \`http.md\` tells them in prose, \`errors.md\` what to do about each code.

- The action is the last segment of the path; everything before it is where you have mounted the broker.
- Bodies have 16 KB at most.
- Any other method than the documented ones gets 405, as under \`options\`.
- Headers that your own \`authorize\` gives (\`Set-Cookie\`) stand beside the documented ones.
- What a parser or router of your server refuses before the broker sees it is your server's own answer.
- Browsers: a call with a foreign \`Origin\`, or with a \`Sec-Fetch-Site\` other than \`same-origin\`, is refused (403
  \`origin-refused\`) unless the origin is listed in \`allowedOrigins\`.
`.trim();

/** The broker's own routes as an OpenAPI 3.1 document. */
export const openapiDocument = {
  openapi: "3.1.1",
  info: {
    title: "equos-broker",
    // Of the routes, not of the packages: what is in use does not change its meaning.
    version: "1",
    summary: "Start and stop Equos conversations from your own server",
    description,
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/api/equos", description: "Wherever the broker is mounted" }],
  tags: [{ name: "Conversations" }, { name: "Pages of another origin" }, { name: "Scheduler" }],
  paths,
  components: {
    securitySchemes: {
      yourLogin: {
        description: "Stands for whatever your `authorize` looks at: most often your own session's cookie.",
        type: "apiKey",
        in: "cookie",
        name: "session",
      },
      conversationToken: {
        description: "The conversation's own LiveKit token, looked at where `authorize` knows nobody. Or in the body.",
        type: "http",
        scheme: "bearer",
        bearerFormat: "JWT",
      },
      cronSecret: { description: "The `secret` of `cronHandler`.", type: "http", scheme: "bearer" },
    },
    schemas,
    responses,
    headers,
    examples,
  },
} as const satisfies Schema;
