import "reflect-metadata";
import { ConversationBroker, type FastifyContext, toFastify } from "@equos-broker/fastify";
import { Body, Controller, Get, Module, Post } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";

@Controller()
class HealthController {
  @Get("health")
  health(): string {
    return "ok";
  }

  /** Parsed by Nest's own parser, which the broker's scope leaves alone. */
  @Post("echo")
  echo(@Body() body: { text: string }): string {
    return body.text;
  }
}

@Module({ controllers: [HealthController] })
class AppModule {}

const broker = new ConversationBroker({
  authorize: ({ native: { request } }: FastifyContext) => {
    const id = request.headers["x-user"];
    return typeof id === "string" && { identity: id, name: "Ada" };
  },
});

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  logger: ["error", "warn"],
});
await app.register(toFastify(broker), { prefix: "/api/equos" });
await app.listen(Number(process.env.PORT), "127.0.0.1");
