import type { ControlledClock } from "../clock/controlled-clock.js";
import type { Conversation } from "../conversations/conversation.js";
import type { Conversations } from "../conversations/conversations.js";
import type { EmulatorLivekit, SignToken } from "../conversations/tokens.js";
import { type Avatar, enterRoom } from "./avatar.js";

interface Means {
  readonly clock: ControlledClock;
  readonly livekit: EmulatorLivekit;
  readonly signToken: SignToken;
}

/** One avatar in each room, for as long as its conversation runs. */
export interface Avatars {
  /** All of them leave; none comes any more. */
  leaveAll(): Promise<void>;
}

/** Seconds before the end at which a character says that time is running out. */
const noticeSeconds = 30;

const replyTo = (text: string): string =>
  `You said: ${text.length > 200 ? `${text.slice(0, 200)}…` : text} This is the emulator, so I have nothing wiser to say.`;

/** Puts an avatar into the room of every conversation that starts from now on. */
export function avatarsIn(conversations: Conversations, { clock, livekit, signToken }: Means): Avatars {
  const present = new Map<Conversation, { leave(): Promise<void> }>();
  let closed = false;

  const attend = (conversation: Conversation): void => {
    const { id, room, request, character, startedAt, maxSeconds } = conversation;
    // On a server of the team's own the emulator has no key.
    if (room === null || closed) return;
    const endsAt = startedAt + maxSeconds * 1_000;
    const identity = character.livekitIdentity;
    let gone = false;
    const entering = enterRoom(
      {
        serverUrl: livekit.url,
        token: signToken({ identity, name: character.name }, room),
        livekitIdentity: identity,
        consumerIdentity: request.consumer?.identity,
        greeting: character.brain?.greetingMessage ?? "Hello.",
        reply: replyTo,
      },
      {
        // What happens in a room that the avatar is leaving may be about a conversation that is forgotten already.
        consumerJoined: () => void (gone || conversations.join(id)),
        consumerLeft: () => void (gone || conversations.leave(id)),
        said: (author, content) => void (gone || conversations.say(id, author, content)),
        failed: (error) => {
          if (!gone) process.emitWarning(`equos-emulator: the avatar of ${id} failed: ${reasonOf(error)}`);
          void leave();
        },
      },
    );
    entering.catch((error: unknown) => {
      if (!gone) process.emitWarning(`equos-emulator: no avatar came to ${id}: ${reasonOf(error)}`);
    });
    const within = (act: (avatar: Avatar) => Promise<void>) => entering.then(act).catch(() => undefined);
    const notice = clock.setTimeout(
      () => void within((avatar) => avatar.expireSoon(noticeSeconds)),
      Math.max(0, endsAt - noticeSeconds * 1_000 - clock.now()),
    );
    const leave = async (): Promise<void> => {
      if (gone) return;
      gone = true;
      clock.clearTimeout(notice);
      clock.clearTimeout(end);
      present.delete(conversation);
      await within((avatar) => avatar.leave());
    };
    const end = clock.setTimeout(() => void leave(), Math.max(0, endsAt - clock.now()));
    present.set(conversation, { leave });
  };

  conversations.listen({
    started: attend,
    ended: (conversation) => void present.get(conversation)?.leave(),
  });
  return {
    leaveAll: async () => {
      closed = true;
      await Promise.all([...present.values()].map(({ leave }) => leave()));
    },
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
