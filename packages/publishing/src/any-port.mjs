// Loaded before a quickstart: a server that asks for port 3000 gets a free one, and tells which.
import { Server } from "node:net";

const { listen } = Server.prototype;

Server.prototype.listen = function (where, ...more) {
  const isNamed = typeof where === "object" && where !== null && "port" in where;
  if (where !== 3000 && !(isNamed && where.port === 3000)) return listen.call(this, where, ...more);
  this.once("listening", () => console.log(`listens on ${this.address().port}`));
  return listen.call(this, isNamed ? { ...where, port: 0 } : 0, ...more);
};
