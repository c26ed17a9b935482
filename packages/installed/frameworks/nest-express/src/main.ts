import "reflect-metadata";
import { ConversationBroker, type ExpressContext, toExpress } from "@equos-broker/express";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import type { NextFunction, Request, Response } from "express";

declare global {
  namespace Express {
    interface Request {
      user?: { id: string };
    }
  }
}

@Controller()
class HealthController {
  @Get("health")
  health(): string {
    return "ok";
  }
}

@Module({ controllers: [HealthController] })
class AppModule {}

const broker = new ConversationBroker({
  authorize: ({ native: { req } }: ExpressContext) => req.user && { identity: req.user.id, name: "Ada" },
});

const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ["error", "warn"] });
app.use((req: Request, _: Response, next: NextFunction) => {
  const id = req.get("x-user");
  if (id !== undefined) req.user = { id };
  next();
});
// Nest's global prefix is for controllers only.
app.use("/api/equos", toExpress(broker));
await app.listen(Number(process.env.PORT), "127.0.0.1");
