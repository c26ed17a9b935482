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
    "/v3/characters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List characters */
        get: operations["listCharacters"];
        put?: never;
        /** Create a character */
        post: operations["createCharacter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/characters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one character */
        get: operations["getCharacter"];
        /** Change a character */
        put: operations["updateCharacter"];
        post?: never;
        /** Delete a character for good */
        delete: operations["deleteCharacter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/brains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List brains */
        get: operations["listBrains"];
        put?: never;
        /** Create a brain */
        post: operations["createBrain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/brains/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one brain */
        get: operations["getBrain"];
        put?: never;
        post?: never;
        /** Delete a brain for good */
        delete: operations["deleteBrain"];
        options?: never;
        head?: never;
        /**
         * Change a brain
         * @description PATCH, yet the body is the full create body (both texts required).
         */
        patch: operations["updateBrain"];
        trace?: never;
    };
    "/v3/faces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List faces */
        get: operations["listFaces"];
        put?: never;
        /** Add a gallery face to the organization */
        post: operations["createFace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/faces/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one face */
        get: operations["getFace"];
        put?: never;
        post?: never;
        /** Delete a face for good */
        delete: operations["deleteFace"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/voices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List voices
         * @description Voices of the organization, not the catalogue; the catalogue is the EquosVoiceIdentity enum.
         */
        get: operations["listVoices"];
        put?: never;
        /** Add a catalogue voice to the organization */
        post: operations["createVoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/voices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one voice */
        get: operations["getVoice"];
        put?: never;
        post?: never;
        /** Delete a voice for good */
        delete: operations["deleteVoice"];
        options?: never;
        head?: never;
        /**
         * Change a voice
         * @description PATCH, yet the body is the full create body.
         */
        patch: operations["updateVoice"];
        trace?: never;
    };
    "/v3/knowledge-bases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List knowledge bases */
        get: operations["listKnowledgeBases"];
        put?: never;
        /**
         * Create a knowledge base
         * @description The docs call knowledge bases a paid feature (billing must be set up) with at most 100 MB each; the status code of a refusal is not documented.
         */
        post: operations["createKnowledgeBase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/knowledge-bases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one knowledge base */
        get: operations["getKnowledgeBase"];
        put?: never;
        post?: never;
        /** Delete a knowledge base for good */
        delete: operations["deleteKnowledgeBase"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/knowledge-bases/{id}/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register a document and get an upload URL
         * @description Step 1 of 3. Then upload the bytes to uploadUrl, then call indexDocument.
         */
        post: operations["addDocument"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/knowledge-bases/{id}/documents/{doc}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a document */
        delete: operations["deleteDocument"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/knowledge-bases/{id}/documents/{doc}/index": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Index an uploaded document
         * @description No request body.
         */
        patch: operations["indexDocument"];
        trace?: never;
    };
    "/v3/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a client token for an end user */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/organizations/freemium-usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Free quota already used */
        get: operations["getFreemiumUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/organizations/user-usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage of one client value in the billing cycle
         * @description Seen only in the newest generated Python client; the high-level SDK classes do not expose it.
         */
        get: operations["getUserUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Health check */
        get: operations["healthCheck"];
        put?: never;
        post?: never;
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
        /** @description Metadata only; no file content and no source URL. */
        CreateDocumentRequest: {
            name: string;
            description: string;
            /** @description Media type of the file that will be uploaded. */
            mimeType: string;
        };
        CreateDocumentResponse: {
            document: components["schemas"]["EquosDocument"];
            /** @description Where to upload the bytes (presumably a pre-signed PUT; verb and headers not documented). */
            uploadUrl: string;
            /**
             * Format: date-time
             * @description When uploadUrl stops working.
             */
            expireAt: string;
        };
        /** @description Also the body of updateBrain. A `model` field was required in December 2025 and is gone since. */
        CreateEquosBrainRequest: {
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            /** @description System prompt. */
            instructions: string;
            /** @description First message. */
            greetingMessage: string;
        };
        CreateEquosCharacterRequest: {
            name: string;
            /** @description Identity for LiveKit rooms. Uniqueness rules not documented; examples append a timestamp or process id. */
            livekitIdentity: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            faceId?: string | null;
            voiceId?: string | null;
            brainId?: string | null;
            knowledgeBaseId?: string | null;
            /** @default false */
            search?: boolean;
            elevenlabsAgentId?: string | null;
        };
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
        CreateEquosFaceRequest: {
            identity: components["schemas"]["EquosFaceIdentity"];
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
        };
        CreateEquosTokenRequest: {
            /** @description End-user id. */
            user: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            /** @description Character id to bind the token to. */
            character?: string | null;
        };
        CreateEquosTokenResponse: {
            /** @description Client token. Format, lifetime and accepted endpoints not documented; it is not the LiveKit token of a conversation. */
            token: string;
        };
        /** @description Also the body of updateVoice. */
        CreateEquosVoiceRequest: {
            identity: components["schemas"]["EquosVoiceIdentity"];
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string | null;
            /** @description Tone, rhythm and the like. */
            instructions?: string | null;
        };
        CreateKnowledgeBaseRequest: {
            name: string;
            description: string;
            /** @description Free-form segmentation key chosen by the API user (for example a tenant or end-user id); list endpoints can filter on it. */
            client?: string;
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
            status: components["schemas"]["EquosConversationStatus"] | (string & {});
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
            author: ("user" | "character") | (string & {});
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
            status: components["schemas"]["EquosConversationStatus"] | (string & {});
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
            identity: components["schemas"]["EquosFaceIdentity"] | (string & {});
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
            identity: components["schemas"]["EquosVoiceIdentity"] | (string & {});
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
        HealthResponse: {
            /** @example ok */
            status: string;
            /** @example 1.0.0 */
            version: string;
        };
        ListEquosBrainsResponse: {
            skip: number;
            take: number;
            /** @description Number of matches regardless of paging. */
            total: number;
            brains: components["schemas"]["EquosBrain"][];
        };
        ListEquosCharactersResponse: {
            skip: number;
            take: number;
            /** @description Number of matches regardless of paging. */
            total: number;
            characters: components["schemas"]["EquosCharacter"][];
        };
        ListEquosConversationsResponse: {
            skip: number;
            take: number;
            /** @description Number of matches regardless of paging. */
            total: number;
            conversations: components["schemas"]["EquosConversation"][];
        };
        ListEquosFacesResponse: {
            skip: number;
            take: number;
            /** @description Number of matches regardless of paging. */
            total: number;
            faces: components["schemas"]["EquosFace"][];
        };
        /** @description Unlike the other lists the array is called `items`. */
        ListEquosKnowledgeBasesResponse: {
            skip: number;
            take: number;
            /** @description Number of matches regardless of paging. */
            total: number;
            items: components["schemas"]["EquosKnowledgeBase"][];
        };
        ListEquosVoicesResponse: {
            skip: number;
            take: number;
            /** @description Number of matches regardless of paging. */
            total: number;
            voices: components["schemas"]["EquosVoice"][];
        };
        /** @description Partial body although the verb is PUT. `client` and `livekitIdentity` cannot be changed. */
        UpdateEquosCharacterRequest: {
            name?: string;
            faceId?: string | null;
            voiceId?: string | null;
            brainId?: string | null;
            knowledgeBaseId?: string | null;
            search?: boolean;
            elevenlabsAgentId?: string | null;
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
    listCharacters: {
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
                    "application/json": components["schemas"]["ListEquosCharactersResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    createCharacter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosCharacterRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosCharacter"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getCharacter: {
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
                    "application/json": components["schemas"]["EquosCharacter"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    updateCharacter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateEquosCharacterRequest"];
            };
        };
        responses: {
            /** @description Success. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosCharacter"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    deleteCharacter: {
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
                    "application/json": components["schemas"]["EquosCharacter"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    listBrains: {
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
                    "application/json": components["schemas"]["ListEquosBrainsResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    createBrain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosBrainRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosBrain"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getBrain: {
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
                    "application/json": components["schemas"]["EquosBrain"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    deleteBrain: {
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
                    "application/json": components["schemas"]["EquosBrain"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    updateBrain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosBrainRequest"];
            };
        };
        responses: {
            /** @description Success. The body may be JSON null when nothing matched; tolerate an empty body too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosBrain"] | null;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    listFaces: {
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
                    "application/json": components["schemas"]["ListEquosFacesResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    createFace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosFaceRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosFace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["IdentityConflict"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getFace: {
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
                    "application/json": components["schemas"]["EquosFace"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    deleteFace: {
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
                    "application/json": components["schemas"]["EquosFace"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    listVoices: {
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
                    "application/json": components["schemas"]["ListEquosVoicesResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    createVoice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosVoiceRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosVoice"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["IdentityConflict"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getVoice: {
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
                    "application/json": components["schemas"]["EquosVoice"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    deleteVoice: {
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
                    "application/json": components["schemas"]["EquosVoice"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    updateVoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosVoiceRequest"];
            };
        };
        responses: {
            /** @description Success. The body may be JSON null when nothing matched; tolerate an empty body too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosVoice"] | null;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    listKnowledgeBases: {
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
                    "application/json": components["schemas"]["ListEquosKnowledgeBasesResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    createKnowledgeBase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateKnowledgeBaseRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EquosKnowledgeBase"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getKnowledgeBase: {
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
                    "application/json": components["schemas"]["EquosKnowledgeBase"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    deleteKnowledgeBase: {
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
                    "application/json": components["schemas"]["EquosKnowledgeBase"] | null;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    addDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateDocumentRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateDocumentResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    deleteDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
                /** @description Document id. */
                doc: components["parameters"]["Doc"];
            };
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
                    "application/json": components["schemas"]["EquosDocument"];
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    indexDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Resource id. */
                id: components["parameters"]["Id"];
                /** @description Document id. */
                doc: components["parameters"]["Doc"];
            };
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
                    "application/json": components["schemas"]["EquosDocument"];
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEquosTokenRequest"];
            };
        };
        responses: {
            /** @description Success. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateEquosTokenResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getFreemiumUsage: {
        parameters: {
            query?: never;
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
                    "application/json": number;
                };
            };
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    getUserUsage: {
        parameters: {
            query: {
                /** @description Client value whose usage is wanted. */
                client: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success. The schema of the body is not declared. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            default: components["responses"]["UnexpectedError"];
        };
    };
    healthCheck: {
        parameters: {
            query?: never;
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
                    "application/json": components["schemas"]["HealthResponse"];
                };
            };
            default: components["responses"]["UnexpectedError"];
        };
    };
}
