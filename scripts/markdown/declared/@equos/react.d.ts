// @equos/react, written by hand from Equos' React and Next.js examples; its sources are not public. Which fields of
// `conversation` it reads is not documented: here those that the browser SDK needs.
import type { ReactNode } from "react";

export declare function EquosConversationProvider(props: {
  conversation: { id: string; serverUrl: string; character: { name: string; livekitIdentity: string } };
  accessToken: string;
  autoPublishMic?: boolean;
  mode?: "text" | "audio" | "video";
  children: ReactNode;
}): ReactNode;

export declare function EquosConversationRenderer(props: {
  allowMic?: boolean;
  allowCamera?: boolean;
  allowScreenshare?: boolean;
  allowHangUp?: boolean;
  onHangUp?: () => void;
}): ReactNode;

export declare function useEquosConversation(): {
  sendText(text: string): Promise<void>;
  sendContext(content: string): Promise<void>;
};
