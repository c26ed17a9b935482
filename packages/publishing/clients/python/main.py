"""A conversation's life through the client that openapi-python-client makes of docs/openapi.yaml."""

import json
import os

from equos_broker_client import Client
from equos_broker_client.api.conversations import (
    fetch_token,
    keep_conversation_alive,
    start_conversation,
    stop_conversation,
)
from equos_broker_client.models import (
    KeepAliveRequest,
    StartRequest,
    StopRequest,
    TokenAgent,
    TokenRoom,
    TokenSourceRequest,
)

client = Client(base_url=os.environ["BROKER_URL"], headers={"x-user": os.environ["BROKER_USER"]})

grant = start_conversation.sync(client=client, body=StartRequest(character="guide"))
conversation = grant.conversation
room = TokenRoom(agents=[TokenAgent(agent_name="guide")])
token = fetch_token.sync(client=client, body=TokenSourceRequest(room_config=room))
heartbeat = keep_conversation_alive.sync_detailed(client=client, body=KeepAliveRequest(id=conversation.id))
refused = start_conversation.sync_detailed(client=client, body=StartRequest(character="nobody"))
problem = refused.parsed.to_dict()
stopped = stop_conversation.sync(client=client, body=StopRequest(id=conversation.id))

print(
    json.dumps(
        {
            "id": conversation.id,
            "identity": conversation.character.livekit_identity,
            "sameToken": token.participant_token == grant.consumer_access_token,
            "sameServer": token.server_url == conversation.server_url,
            "heartbeat": heartbeat.status_code,
            "refused": problem["code"],
            "refusedStatus": problem["status"],
            "stopped": stopped.conversation.status,
            "stoppedTheSame": stopped.conversation.id == conversation.id,
        }
    )
)
