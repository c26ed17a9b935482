// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
import type { OperationName } from "@equos-broker/api";
import type { DocumentedOperation, JsonSchema } from "../validation/documented.js";

export const operations: Readonly<Record<OperationName, DocumentedOperation>> = {
 "listConversations": {
  "verb": "GET",
  "path": "/v3/conversations",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/ListEquosConversationsResponse"
  }
 },
 "startConversation": {
  "verb": "POST",
  "path": "/v3/conversations",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosConversationRequest"
  },
  "answer": {
   "$ref": "#/$defs/CreateEquosConversationResponse"
  }
 },
 "getConversationById": {
  "verb": "GET",
  "path": "/v3/conversations/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosConversation"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "stopConversation": {
  "verb": "POST",
  "path": "/v3/conversations/{id}/stop",
  "success": 201,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosConversation"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "listCharacters": {
  "verb": "GET",
  "path": "/v3/characters",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/ListEquosCharactersResponse"
  }
 },
 "createCharacter": {
  "verb": "POST",
  "path": "/v3/characters",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosCharacterRequest"
  },
  "answer": {
   "$ref": "#/$defs/EquosCharacter"
  }
 },
 "getCharacter": {
  "verb": "GET",
  "path": "/v3/characters/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosCharacter"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "updateCharacter": {
  "verb": "PUT",
  "path": "/v3/characters/{id}",
  "success": 200,
  "open": false,
  "body": {
   "$ref": "#/$defs/UpdateEquosCharacterRequest"
  },
  "answer": {
   "$ref": "#/$defs/EquosCharacter"
  }
 },
 "deleteCharacter": {
  "verb": "DELETE",
  "path": "/v3/characters/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosCharacter"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "listBrains": {
  "verb": "GET",
  "path": "/v3/brains",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/ListEquosBrainsResponse"
  }
 },
 "createBrain": {
  "verb": "POST",
  "path": "/v3/brains",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosBrainRequest"
  },
  "answer": {
   "$ref": "#/$defs/EquosBrain"
  }
 },
 "getBrain": {
  "verb": "GET",
  "path": "/v3/brains/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosBrain"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "updateBrain": {
  "verb": "PATCH",
  "path": "/v3/brains/{id}",
  "success": 200,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosBrainRequest"
  },
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosBrain"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "deleteBrain": {
  "verb": "DELETE",
  "path": "/v3/brains/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosBrain"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "listFaces": {
  "verb": "GET",
  "path": "/v3/faces",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/ListEquosFacesResponse"
  }
 },
 "createFace": {
  "verb": "POST",
  "path": "/v3/faces",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosFaceRequest"
  },
  "answer": {
   "$ref": "#/$defs/EquosFace"
  }
 },
 "getFace": {
  "verb": "GET",
  "path": "/v3/faces/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosFace"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "deleteFace": {
  "verb": "DELETE",
  "path": "/v3/faces/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosFace"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "listVoices": {
  "verb": "GET",
  "path": "/v3/voices",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/ListEquosVoicesResponse"
  }
 },
 "createVoice": {
  "verb": "POST",
  "path": "/v3/voices",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosVoiceRequest"
  },
  "answer": {
   "$ref": "#/$defs/EquosVoice"
  }
 },
 "getVoice": {
  "verb": "GET",
  "path": "/v3/voices/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosVoice"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "updateVoice": {
  "verb": "PATCH",
  "path": "/v3/voices/{id}",
  "success": 200,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosVoiceRequest"
  },
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosVoice"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "deleteVoice": {
  "verb": "DELETE",
  "path": "/v3/voices/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosVoice"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "listKnowledgeBases": {
  "verb": "GET",
  "path": "/v3/knowledge-bases",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/ListEquosKnowledgeBasesResponse"
  }
 },
 "createKnowledgeBase": {
  "verb": "POST",
  "path": "/v3/knowledge-bases",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateKnowledgeBaseRequest"
  },
  "answer": {
   "$ref": "#/$defs/EquosKnowledgeBase"
  }
 },
 "getKnowledgeBase": {
  "verb": "GET",
  "path": "/v3/knowledge-bases/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosKnowledgeBase"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "deleteKnowledgeBase": {
  "verb": "DELETE",
  "path": "/v3/knowledge-bases/{id}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "oneOf": [
    {
     "$ref": "#/$defs/EquosKnowledgeBase"
    },
    {
     "type": "null"
    }
   ]
  }
 },
 "addDocument": {
  "verb": "POST",
  "path": "/v3/knowledge-bases/{id}/documents",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateDocumentRequest"
  },
  "answer": {
   "$ref": "#/$defs/CreateDocumentResponse"
  }
 },
 "deleteDocument": {
  "verb": "DELETE",
  "path": "/v3/knowledge-bases/{id}/documents/{doc}",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/EquosDocument"
  }
 },
 "indexDocument": {
  "verb": "PATCH",
  "path": "/v3/knowledge-bases/{id}/documents/{doc}/index",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "$ref": "#/$defs/EquosDocument"
  }
 },
 "createToken": {
  "verb": "POST",
  "path": "/v3/tokens",
  "success": 201,
  "open": false,
  "body": {
   "$ref": "#/$defs/CreateEquosTokenRequest"
  },
  "answer": {
   "$ref": "#/$defs/CreateEquosTokenResponse"
  }
 },
 "getFreemiumUsage": {
  "verb": "GET",
  "path": "/v3/organizations/freemium-usage",
  "success": 200,
  "open": false,
  "body": null,
  "answer": {
   "type": "number"
  }
 },
 "getUserUsage": {
  "verb": "GET",
  "path": "/v3/organizations/user-usage",
  "success": 200,
  "open": false,
  "body": null,
  "answer": null
 },
 "healthCheck": {
  "verb": "GET",
  "path": "/v3/health",
  "success": 200,
  "open": true,
  "body": null,
  "answer": {
   "$ref": "#/$defs/HealthResponse"
  }
 }
};

export const definitions: Readonly<Record<string, JsonSchema>> = {
 "CreateDocumentRequest": {
  "type": "object",
  "required": [
   "name",
   "description",
   "mimeType"
  ],
  "properties": {
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "mimeType": {
    "type": "string"
   }
  }
 },
 "CreateDocumentResponse": {
  "type": "object",
  "required": [
   "document",
   "uploadUrl",
   "expireAt"
  ],
  "properties": {
   "document": {
    "$ref": "#/$defs/EquosDocument"
   },
   "uploadUrl": {
    "type": "string"
   },
   "expireAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "CreateEquosBrainRequest": {
  "type": "object",
  "required": [
   "instructions",
   "greetingMessage"
  ],
  "properties": {
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "instructions": {
    "type": "string"
   },
   "greetingMessage": {
    "type": "string"
   }
  }
 },
 "CreateEquosCharacterRequest": {
  "type": "object",
  "required": [
   "name",
   "livekitIdentity"
  ],
  "properties": {
   "name": {
    "type": "string"
   },
   "livekitIdentity": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "faceId": {
    "type": [
     "string",
     "null"
    ]
   },
   "voiceId": {
    "type": [
     "string",
     "null"
    ]
   },
   "brainId": {
    "type": [
     "string",
     "null"
    ]
   },
   "knowledgeBaseId": {
    "type": [
     "string",
     "null"
    ]
   },
   "search": {
    "type": "boolean",
    "default": false
   },
   "elevenlabsAgentId": {
    "type": [
     "string",
     "null"
    ]
   }
  }
 },
 "CreateEquosConversationRequest": {
  "type": "object",
  "required": [
   "name",
   "characterId"
  ],
  "properties": {
   "name": {
    "type": "string"
   },
   "characterId": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "host": {
    "oneOf": [
     {
      "$ref": "#/$defs/EquosConversationHost"
     },
     {
      "type": "null"
     }
    ]
   },
   "remoteAgent": {
    "oneOf": [
     {
      "$ref": "#/$defs/EquosParticipantIdentity"
     },
     {
      "type": "null"
     }
    ]
   },
   "consumer": {
    "oneOf": [
     {
      "$ref": "#/$defs/EquosParticipantIdentity"
     },
     {
      "type": "null"
     }
    ]
   },
   "maxSeconds": {
    "type": [
     "number",
     "null"
    ]
   },
   "promptCtx": {
    "type": [
     "string",
     "null"
    ]
   },
   "promptTemplateVars": {
    "type": [
     "object",
     "null"
    ],
    "additionalProperties": {
     "type": "string"
    }
   }
  }
 },
 "CreateEquosConversationResponse": {
  "type": "object",
  "required": [
   "conversation"
  ],
  "properties": {
   "conversation": {
    "$ref": "#/$defs/EquosConversationWithCharacter"
   },
   "consumerAccessToken": {
    "type": [
     "string",
     "null"
    ]
   },
   "remoteAgentAccessToken": {
    "type": [
     "string",
     "null"
    ]
   }
  }
 },
 "CreateEquosFaceRequest": {
  "type": "object",
  "required": [
   "identity"
  ],
  "properties": {
   "identity": {
    "$ref": "#/$defs/EquosFaceIdentity"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   }
  }
 },
 "CreateEquosTokenRequest": {
  "type": "object",
  "required": [
   "user"
  ],
  "properties": {
   "user": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "character": {
    "type": [
     "string",
     "null"
    ]
   }
  }
 },
 "CreateEquosTokenResponse": {
  "type": "object",
  "required": [
   "token"
  ],
  "properties": {
   "token": {
    "type": "string"
   }
  }
 },
 "CreateEquosVoiceRequest": {
  "type": "object",
  "required": [
   "identity"
  ],
  "properties": {
   "identity": {
    "$ref": "#/$defs/EquosVoiceIdentity"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "instructions": {
    "type": [
     "string",
     "null"
    ]
   }
  }
 },
 "CreateKnowledgeBaseRequest": {
  "type": "object",
  "required": [
   "name",
   "description"
  ],
  "properties": {
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "client": {
    "type": "string"
   }
  }
 },
 "EquosBrain": {
  "type": "object",
  "required": [
   "id",
   "organizationId",
   "instructions",
   "greetingMessage",
   "createdAt",
   "updatedAt"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "organizationId": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "instructions": {
    "type": "string"
   },
   "greetingMessage": {
    "type": "string"
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "EquosCharacter": {
  "type": "object",
  "required": [
   "id",
   "organizationId",
   "name",
   "livekitIdentity",
   "search",
   "createdAt",
   "updatedAt"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "organizationId": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "name": {
    "type": "string"
   },
   "livekitIdentity": {
    "type": "string"
   },
   "search": {
    "type": "boolean"
   },
   "elevenlabsAgentId": {
    "type": [
     "string",
     "null"
    ]
   },
   "faceId": {
    "type": [
     "string",
     "null"
    ]
   },
   "voiceId": {
    "type": [
     "string",
     "null"
    ]
   },
   "brainId": {
    "type": [
     "string",
     "null"
    ]
   },
   "knowledgeBaseId": {
    "type": [
     "string",
     "null"
    ]
   },
   "face": {
    "oneOf": [
     {
      "$ref": "#/$defs/EquosFace"
     },
     {
      "type": "null"
     }
    ]
   },
   "voice": {
    "oneOf": [
     {
      "$ref": "#/$defs/EquosVoice"
     },
     {
      "type": "null"
     }
    ]
   },
   "brain": {
    "oneOf": [
     {
      "$ref": "#/$defs/EquosBrain"
     },
     {
      "type": "null"
     }
    ]
   },
   "knowledgeBase": {
    "oneOf": [
     {
      "$ref": "#/$defs/EquosKnowledgeBase"
     },
     {
      "type": "null"
     }
    ]
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "EquosConversation": {
  "type": "object",
  "required": [
   "id",
   "name",
   "status",
   "charge",
   "chargeBySecond",
   "maxSeconds",
   "startedAt",
   "createdAt",
   "updatedAt",
   "characterId",
   "organizationId"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "status": {
    "$ref": "#/$defs/EquosConversationStatus"
   },
   "room": {
    "type": [
     "string",
     "null"
    ]
   },
   "serverUrl": {
    "type": [
     "string",
     "null"
    ]
   },
   "remoteAgentName": {
    "type": [
     "string",
     "null"
    ]
   },
   "remoteAgentIdentity": {
    "type": [
     "string",
     "null"
    ]
   },
   "consumerName": {
    "type": [
     "string",
     "null"
    ]
   },
   "consumerIdentity": {
    "type": [
     "string",
     "null"
    ]
   },
   "charge": {
    "type": "boolean"
   },
   "chargeBySecond": {
    "type": "number"
   },
   "chargeUnitCount": {
    "type": "number"
   },
   "maxSeconds": {
    "type": "number"
   },
   "promptCtx": {
    "type": [
     "string",
     "null"
    ]
   },
   "promptTemplateVars": {
    "type": [
     "object",
     "null"
    ],
    "additionalProperties": {
     "type": "string"
    }
   },
   "transcript": {
    "type": [
     "array",
     "null"
    ],
    "items": {
     "$ref": "#/$defs/EquosConversationUtterance"
    }
   },
   "timeline": {
    "type": [
     "array",
     "null"
    ],
    "items": {
     "$ref": "#/$defs/EquosTimelineEntry"
    }
   },
   "startedAt": {
    "type": "string",
    "format": "date-time"
   },
   "joinedAt": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   },
   "endedAt": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   },
   "characterId": {
    "type": "string"
   },
   "organizationId": {
    "type": "string"
   }
  }
 },
 "EquosConversationHost": {
  "type": "object",
  "required": [
   "serverUrl",
   "accessToken"
  ],
  "properties": {
   "serverUrl": {
    "type": "string"
   },
   "accessToken": {
    "type": "string"
   }
  }
 },
 "EquosConversationStatus": {
  "type": "string",
  "enum": [
   "running",
   "blocked",
   "ended",
   "error"
  ]
 },
 "EquosConversationUtterance": {
  "type": "object",
  "required": [
   "id",
   "author",
   "content",
   "recordedAt"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "author": {
    "type": "string",
    "enum": [
     "user",
     "character"
    ]
   },
   "content": {
    "type": "string"
   },
   "recordedAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "EquosConversationWithCharacter": {
  "type": "object",
  "required": [
   "id",
   "name",
   "status",
   "charge",
   "chargeBySecond",
   "maxSeconds",
   "startedAt",
   "createdAt",
   "updatedAt",
   "characterId",
   "organizationId",
   "character"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "status": {
    "$ref": "#/$defs/EquosConversationStatus"
   },
   "room": {
    "type": [
     "string",
     "null"
    ]
   },
   "serverUrl": {
    "type": [
     "string",
     "null"
    ]
   },
   "remoteAgentName": {
    "type": [
     "string",
     "null"
    ]
   },
   "remoteAgentIdentity": {
    "type": [
     "string",
     "null"
    ]
   },
   "consumerName": {
    "type": [
     "string",
     "null"
    ]
   },
   "consumerIdentity": {
    "type": [
     "string",
     "null"
    ]
   },
   "charge": {
    "type": "boolean"
   },
   "chargeBySecond": {
    "type": "number"
   },
   "chargeUnitCount": {
    "type": "number"
   },
   "maxSeconds": {
    "type": "number"
   },
   "promptCtx": {
    "type": [
     "string",
     "null"
    ]
   },
   "promptTemplateVars": {
    "type": [
     "object",
     "null"
    ],
    "additionalProperties": {
     "type": "string"
    }
   },
   "transcript": {
    "type": [
     "array",
     "null"
    ],
    "items": {
     "$ref": "#/$defs/EquosConversationUtterance"
    }
   },
   "timeline": {
    "type": [
     "array",
     "null"
    ],
    "items": {
     "$ref": "#/$defs/EquosTimelineEntry"
    }
   },
   "startedAt": {
    "type": "string",
    "format": "date-time"
   },
   "joinedAt": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   },
   "endedAt": {
    "type": [
     "string",
     "null"
    ],
    "format": "date-time"
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   },
   "characterId": {
    "type": "string"
   },
   "organizationId": {
    "type": "string"
   },
   "character": {
    "$ref": "#/$defs/EquosCharacter"
   }
  }
 },
 "EquosDocument": {
  "type": "object",
  "required": [
   "id",
   "knowledgeBaseId",
   "name",
   "description",
   "size",
   "status",
   "createdAt",
   "updatedAt"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "knowledgeBaseId": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "size": {
    "type": "number"
   },
   "status": {
    "type": "string"
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "EquosFace": {
  "type": "object",
  "required": [
   "id",
   "identity",
   "organizationId",
   "createdAt",
   "updatedAt"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "identity": {
    "$ref": "#/$defs/EquosFaceIdentity"
   },
   "organizationId": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "description": {
    "type": [
     "string",
     "null"
    ]
   },
   "thumbnailUrl": {
    "type": [
     "string",
     "null"
    ]
   },
   "referenceImgUrl": {
    "type": [
     "string",
     "null"
    ]
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "EquosFaceIdentity": {
  "type": "string",
  "enum": [
   "tommy"
  ]
 },
 "EquosKnowledgeBase": {
  "type": "object",
  "required": [
   "id",
   "organizationId",
   "name",
   "description",
   "documents",
   "createdAt",
   "updatedAt"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "organizationId": {
    "type": "string"
   },
   "name": {
    "type": "string"
   },
   "description": {
    "type": "string"
   },
   "client": {
    "type": "string"
   },
   "documents": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/EquosDocument"
    }
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "EquosParticipantIdentity": {
  "type": "object",
  "required": [
   "identity",
   "name"
  ],
  "properties": {
   "identity": {
    "type": "string"
   },
   "name": {
    "type": "string"
   }
  }
 },
 "EquosTimelineEntry": {
  "type": "object",
  "required": [
   "type",
   "recordedAt"
  ],
  "properties": {
   "type": {
    "type": "string"
   },
   "recordedAt": {
    "type": "string"
   },
   "author": {
    "type": "string"
   },
   "content": {
    "type": "string"
   }
  }
 },
 "EquosVoice": {
  "type": "object",
  "required": [
   "id",
   "organizationId",
   "identity",
   "createdAt",
   "updatedAt"
  ],
  "properties": {
   "id": {
    "type": "string"
   },
   "organizationId": {
    "type": "string"
   },
   "client": {
    "type": [
     "string",
     "null"
    ]
   },
   "identity": {
    "$ref": "#/$defs/EquosVoiceIdentity"
   },
   "instructions": {
    "type": [
     "string",
     "null"
    ]
   },
   "createdAt": {
    "type": "string",
    "format": "date-time"
   },
   "updatedAt": {
    "type": "string",
    "format": "date-time"
   }
  }
 },
 "EquosVoiceIdentity": {
  "type": "string",
  "enum": [
   "Puck",
   "Charon",
   "Kore",
   "Fenrir",
   "Aoede",
   "Leda",
   "Orus",
   "Zephyr",
   "Sulafat",
   "Sadachbia",
   "Sadaltager",
   "Vindemiatrix",
   "Zubenelgenubi",
   "Achird",
   "Pulcherrima",
   "Gacrux",
   "Schedar",
   "Alnilam",
   "Achernar",
   "Laomedeia",
   "Rasalgethi",
   "Algenib",
   "Erinome",
   "Despina",
   "Algieba",
   "Umbriel",
   "Iapetus",
   "Enceladus",
   "Autonoe",
   "Callirrhoe"
  ]
 },
 "ErrorBody": {
  "type": "object",
  "additionalProperties": true,
  "properties": {
   "statusCode": {
    "type": "integer"
   },
   "message": {
    "type": [
     "string",
     "array"
    ],
    "items": {
     "type": "string"
    }
   },
   "error": {
    "type": "string"
   }
  }
 },
 "HealthResponse": {
  "type": "object",
  "required": [
   "status",
   "version"
  ],
  "properties": {
   "status": {
    "type": "string"
   },
   "version": {
    "type": "string"
   }
  }
 },
 "ListEquosBrainsResponse": {
  "type": "object",
  "required": [
   "skip",
   "take",
   "total",
   "brains"
  ],
  "properties": {
   "skip": {
    "type": "number"
   },
   "take": {
    "type": "number"
   },
   "total": {
    "type": "number"
   },
   "brains": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/EquosBrain"
    }
   }
  }
 },
 "ListEquosCharactersResponse": {
  "type": "object",
  "required": [
   "skip",
   "take",
   "total",
   "characters"
  ],
  "properties": {
   "skip": {
    "type": "number"
   },
   "take": {
    "type": "number"
   },
   "total": {
    "type": "number"
   },
   "characters": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/EquosCharacter"
    }
   }
  }
 },
 "ListEquosConversationsResponse": {
  "type": "object",
  "required": [
   "skip",
   "take",
   "total",
   "conversations"
  ],
  "properties": {
   "skip": {
    "type": "number"
   },
   "take": {
    "type": "number"
   },
   "total": {
    "type": "number"
   },
   "conversations": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/EquosConversation"
    }
   }
  }
 },
 "ListEquosFacesResponse": {
  "type": "object",
  "required": [
   "skip",
   "take",
   "total",
   "faces"
  ],
  "properties": {
   "skip": {
    "type": "number"
   },
   "take": {
    "type": "number"
   },
   "total": {
    "type": "number"
   },
   "faces": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/EquosFace"
    }
   }
  }
 },
 "ListEquosKnowledgeBasesResponse": {
  "type": "object",
  "required": [
   "skip",
   "take",
   "total",
   "items"
  ],
  "properties": {
   "skip": {
    "type": "number"
   },
   "take": {
    "type": "number"
   },
   "total": {
    "type": "number"
   },
   "items": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/EquosKnowledgeBase"
    }
   }
  }
 },
 "ListEquosVoicesResponse": {
  "type": "object",
  "required": [
   "skip",
   "take",
   "total",
   "voices"
  ],
  "properties": {
   "skip": {
    "type": "number"
   },
   "take": {
    "type": "number"
   },
   "total": {
    "type": "number"
   },
   "voices": {
    "type": "array",
    "items": {
     "$ref": "#/$defs/EquosVoice"
    }
   }
  }
 },
 "UpdateEquosCharacterRequest": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string"
   },
   "faceId": {
    "type": [
     "string",
     "null"
    ]
   },
   "voiceId": {
    "type": [
     "string",
     "null"
    ]
   },
   "brainId": {
    "type": [
     "string",
     "null"
    ]
   },
   "knowledgeBaseId": {
    "type": [
     "string",
     "null"
    ]
   },
   "search": {
    "type": "boolean"
   },
   "elevenlabsAgentId": {
    "type": [
     "string",
     "null"
    ]
   }
  }
 }
};
