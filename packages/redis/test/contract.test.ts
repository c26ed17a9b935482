import { clients, closeClientsAfterwards, olderClients, upstashClients } from "./support/clients.js";
import { contractIn } from "./support/contract.js";
import { anyRedis, describeWithRedis, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

describeWithRedis("the contract of a ledger in Redis", () => {
  let url: Promise<string> | undefined;
  const where = () => {
    url ??= anyRedis();
    return url;
  };
  for (const [name, connect] of clients) contractIn(`through ${name}`, where, connect, { runs: 25 });
  // Behind the same scripts: what differs is how a client hands them over.
  for (const [name, connect] of olderClients) contractIn(`through ${name}`, where, connect, { runs: 2 });
  for (const [name, connect] of upstashClients) contractIn(`through ${name}`, where, connect, { runs: 1 });
});
