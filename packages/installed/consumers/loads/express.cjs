const { ConversationBroker, toExpress } = require("@equos-broker/express");
const express = require("express");

const broker = new ConversationBroker({
  authorize: ({ native: { req } }) => req.get("x-user") && { identity: req.get("x-user"), name: "Ada" },
});
const app = express().use("/api/equos", toExpress(broker));
const server = app.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port};`));
