// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
export const document = {
  "$defs": {
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
    }
  }
};
