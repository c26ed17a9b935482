// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
export interface paths {
    "/v3/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List conversations
         * @description There is no filter on status. Ordering is not documented. Items have no character object.
         */
        get: operations["listConversations"];
        put?: never;
        /**
         * Start a conversation
         * @description Creates a running, possibly billed conversation at once. No idempotency key exists, so a blind retry can start a second one. The answer holds the system prompt; forward only serverUrl, livekitIdentity and consumerAccessToken.
         */
        post: operations["startConversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one conversation */
        get: operations["getConversationById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/conversations/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a conversation
         * @description No request body. Answers null when the conversation is unknown or was already stopped, so repeating it is harmless.
         */
        post: operations["stopConversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        CreateEquosConversationRequest: {
            /** @description Label for the conversation. */
            name: string;
            /** @description Existing character. */
            characterId: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            /** @description Only for self-hosted LiveKit. */
            host?: components["schemas"]["EquosConversationHost"] | null;
            /** @description Delegated agent that supplies the audio to lip-sync. Asking for it yields a second token in the response. */
            remoteAgent?: components["schemas"]["EquosParticipantIdentity"] | null;
            /** @description End user. Needed to get consumerAccessToken (v1 wording: required unless self-hosted). */
            consumer?: components["schemas"]["EquosParticipantIdentity"] | null;
            /** @description Cap on duration in seconds. In v1 the equivalent had to be below the organization limit; bounds for v3 are not documented. */
            maxSeconds?: number | null;
            /** @description Extra context for the prompt, for this conversation only. */
            promptCtx?: string | null;
            /** @description Values for placeholders in the brain instructions; placeholder syntax not documented. */
            promptTemplateVars?: {
                [key: string]: string;
            } | null;
        };
        CreateEquosConversationResponse: {
            conversation: components["schemas"]["EquosConversationWithCharacter"];
            /** @description LiveKit JWT of the end user; docs call it short-lived, lifetime not stated. Null or absent without a consumer. */
            consumerAccessToken?: string | null;
            /** @description LiveKit JWT of the delegated agent. Must stay on the server that runs that agent. */
            remoteAgentAccessToken?: string | null;
        };
        EquosBrain: {
            id: string;
            organizationId: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            /** @description System prompt. */
            instructions: string;
            /** @description First message of the character. */
            greetingMessage: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        EquosCharacter: {
            id: string;
            organizationId: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            name: string;
            /** @description Identity under which the character joins LiveKit rooms; the client uses it to pick the right participant. */
            livekitIdentity: string;
            /** @description Web search enabled. */
            search: boolean;
            /** @description Linked ElevenLabs agent. */
            elevenlabsAgentId?: string | null;
            faceId?: string | null;
            voiceId?: string | null;
            brainId?: string | null;
            knowledgeBaseId?: string | null;
            face?: components["schemas"]["EquosFace"] | null;
            voice?: components["schemas"]["EquosVoice"] | null;
            brain?: components["schemas"]["EquosBrain"] | null;
            knowledgeBase?: components["schemas"]["EquosKnowledgeBase"] | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /** @description Conversation without the character object (list, get, stop). */
        EquosConversation: {
            /** @description Conversation id; the handle for get and stop. */
            id: string;
            /** @description Label given at start. */
            name: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            status: components["schemas"]["EquosConversationStatus"];
            /** @description LiveKit room name. Required in the January 2026 schema, nullable and optional since. */
            room?: string | null;
            /** @description LiveKit WebSocket URL the client connects to. Required in the January 2026 schema, nullable and optional since. */
            serverUrl?: string | null;
            /** @description Display name of the delegated agent, when one was requested. */
            remoteAgentName?: string | null;
            /** @description LiveKit identity of the delegated agent, when one was requested. */
            remoteAgentIdentity?: string | null;
            /** @description Display name of the end user. */
            consumerName?: string | null;
            /** @description LiveKit identity of the end user; the character only listens to this participant when set. */
            consumerIdentity?: string | null;
            /** @description Whether this conversation is billed. */
            charge: boolean;
            /** @description Price per second; currency and unit are not documented. */
            chargeBySecond: number;
            /**
             * @deprecated
             * @description Present (required) in the January 2026 schema only; missing from the newer schema and docs. Treat as legacy.
             */
            chargeUnitCount?: number;
            /** @description Upper bound on the duration. Always present, so a server-side default applies when the request omits it (value undocumented). */
            maxSeconds: number;
            /** @description Extra prompt context given at start. */
            promptCtx?: string | null;
            /** @description Template variables given at start. */
            promptTemplateVars?: {
                [key: string]: string;
            } | null;
            /** @description Recorded utterances. When it is filled in (live or only after the end) is not documented. */
            transcript?: components["schemas"]["EquosConversationUtterance"][] | null;
            /** @description Newer field: ordered event log of the conversation. Absent from the January 2026 schema. */
            timeline?: components["schemas"]["EquosTimelineEntry"][] | null;
            /**
             * Format: date-time
             * @description Set when the conversation is created.
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description Presumably the first join of the room (who counts as joining is not documented); null or absent before.
             */
            joinedAt?: string | null;
            /**
             * Format: date-time
             * @description Null or absent while running.
             */
            endedAt?: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            characterId: string;
            organizationId: string;
        };
        /** @description Self-hosted LiveKit target. Role of accessToken inferred from the v1 wording. */
        EquosConversationHost: {
            /** @description WebSocket URL of a LiveKit server that the API user runs. */
            serverUrl: string;
            /** @description LiveKit token with which the Equos character joins that server. */
            accessToken: string;
        };
        /**
         * @description Conversation state. `running` is the value right after start; `ended` is terminal after stop or a natural end. The exact trigger of `blocked` and `error` is not documented.
         * @enum {string}
         */
        EquosConversationStatus: "running" | "blocked" | "ended" | "error";
        EquosConversationUtterance: {
            id: string;
            /**
             * @description Note: `character` here, but `agent` on the LiveKit data channel.
             * @enum {string}
             */
            author: "user" | "character";
            content: string;
            /** Format: date-time */
            recordedAt: string;
        };
        /** @description Conversation with the whole character expanded (start only). Carries the system prompt: never forward as is. */
        EquosConversationWithCharacter: {
            /** @description Conversation id; the handle for get and stop. */
            id: string;
            /** @description Label given at start. */
            name: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            status: components["schemas"]["EquosConversationStatus"];
            /** @description LiveKit room name. Required in the January 2026 schema, nullable and optional since. */
            room?: string | null;
            /** @description LiveKit WebSocket URL the client connects to. Required in the January 2026 schema, nullable and optional since. */
            serverUrl?: string | null;
            /** @description Display name of the delegated agent, when one was requested. */
            remoteAgentName?: string | null;
            /** @description LiveKit identity of the delegated agent, when one was requested. */
            remoteAgentIdentity?: string | null;
            /** @description Display name of the end user. */
            consumerName?: string | null;
            /** @description LiveKit identity of the end user; the character only listens to this participant when set. */
            consumerIdentity?: string | null;
            /** @description Whether this conversation is billed. */
            charge: boolean;
            /** @description Price per second; currency and unit are not documented. */
            chargeBySecond: number;
            /**
             * @deprecated
             * @description Present (required) in the January 2026 schema only; missing from the newer schema and docs. Treat as legacy.
             */
            chargeUnitCount?: number;
            /** @description Upper bound on the duration. Always present, so a server-side default applies when the request omits it (value undocumented). */
            maxSeconds: number;
            /** @description Extra prompt context given at start. */
            promptCtx?: string | null;
            /** @description Template variables given at start. */
            promptTemplateVars?: {
                [key: string]: string;
            } | null;
            /** @description Recorded utterances. When it is filled in (live or only after the end) is not documented. */
            transcript?: components["schemas"]["EquosConversationUtterance"][] | null;
            /** @description Newer field: ordered event log of the conversation. Absent from the January 2026 schema. */
            timeline?: components["schemas"]["EquosTimelineEntry"][] | null;
            /**
             * Format: date-time
             * @description Set when the conversation is created.
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description Presumably the first join of the room (who counts as joining is not documented); null or absent before.
             */
            joinedAt?: string | null;
            /**
             * Format: date-time
             * @description Null or absent while running.
             */
            endedAt?: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            characterId: string;
            organizationId: string;
            character: components["schemas"]["EquosCharacter"];
        };
        EquosDocument: {
            id: string;
            knowledgeBaseId: string;
            name: string;
            description: string;
            /** @description Bytes, presumably. */
            size: number;
            /** @description Indexing state; a plain string whose values are not documented. */
            status: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        EquosFace: {
            id: string;
            identity: components["schemas"]["EquosFaceIdentity"];
            organizationId: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            description?: string | null;
            thumbnailUrl?: string | null;
            /** @description Source image; whether the URL is public or signed is not documented. */
            referenceImgUrl?: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /**
         * @description Gallery face. The newest schema and docs list only `tommy`. `deborah` was valid in January 2026; the older set (December 2025) was byron, emily, marise, jenny, isabelle, william, elaryon, stephen, ryan. Readers should accept unknown values: Studio can also make faces from an uploaded image, and how the API names those is not documented.
         * @enum {string}
         */
        EquosFaceIdentity: "tommy";
        EquosKnowledgeBase: {
            id: string;
            organizationId: string;
            name: string;
            description: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. Optional but not nullable here. */
            client?: string;
            documents: components["schemas"]["EquosDocument"][];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        EquosParticipantIdentity: {
            /** @description LiveKit participant identity. */
            identity: string;
            /** @description Display name. */
            name: string;
        };
        EquosTimelineEntry: {
            /** @description Entry kind; values not documented. */
            type: string;
            /** @description Timestamp as a string (no date-time format declared). */
            recordedAt: string;
            /** @description Optional. */
            author?: string;
            /** @description Optional. */
            content?: string;
        };
        EquosVoice: {
            id: string;
            organizationId: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            identity: components["schemas"]["EquosVoiceIdentity"];
            /** @description Speaking style directions. */
            instructions?: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        /**
         * @description Catalogue voice (30 names, stable since December 2025).
         * @enum {string}
         */
        EquosVoiceIdentity: "Puck" | "Charon" | "Kore" | "Fenrir" | "Aoede" | "Leda" | "Orus" | "Zephyr" | "Sulafat" | "Sadachbia" | "Sadaltager" | "Vindemiatrix" | "Zubenelgenubi" | "Achird" | "Pulcherrima" | "Gacrux" | "Schedar" | "Alnilam" | "Achernar" | "Laomedeia" | "Rasalgethi" | "Algenib" | "Erinome" | "Despina" | "Algieba" | "Umbriel" | "Iapetus" | "Enceladus" | "Autonoe" | "Callirrhoe";
        /** @description UNKNOWN. No source documents the error body. The server is a NestJS application (controller-style operation ids, Swagger path), whose default body is the shape below; clients must accept anything, including non-JSON and an empty body. */
        ErrorBody: {
            statusCode?: number;
            message?: string | string[];
            error?: string;
        } & {
            [key: string]: unknown;
        };
        ListEquosConversationsResponse: {
            skip: number;
            take: number;
            /** @description Number of matches regardless of paging. */
            total: number;
            conversations: components["schemas"]["EquosConversation"][];
        };
    };
    responses: {
        /** @description Malformed or invalid body or query. Whether the API answers 400 or 422 is not documented (400 is the framework default). */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description Missing, wrong or disabled API key. Body unknown. */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description Not documented. Several operations declare a null body with a success status for a missing resource instead; treat both as not found. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The organization already owns a resource with this identity. Recover by listing and reusing the existing one. */
        IdentityConflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description Any other failure. 402 or 403 (no credit, suspended, feature needs billing), 422, 429 (limits) and 5xx are all plausible and undocumented. Body unknown. */
        UnexpectedError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
    };
    parameters: {
        /** @description Page size. The documented upper bound is 50; no lower bound is documented. */
        Take: number;
        /** @description Offset. */
        Skip: number;
        /** @description Only resources created with this client value. */
        Client: string;
        /** @description Resource id. */
        Id: string;
        /** @description Document id. */
        Doc: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listConversations: {
        parameters: {
            query?: {
                /** @description Page size. The documented upper bound is 50; no lower bound is documented. */
                take?: components["parameters"]["Take"];
                /** @description Offset. */
                skip?: components["parameters"]["Skip"];
                /** @description Only resources created with this client value. */
                client?: components["parameters"]["Client"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListEquosConversationsResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    startConversation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosConversationRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateEquosConversationResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getConversationById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. The body may be JSON null when nothing matched; tolerate an empty body too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosConversation"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    stopConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. The body may be JSON null when nothing matched; tolerate an empty body too. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosConversation"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
}
