// A conversation's life through the client that oapi-codegen makes of docs/openapi.yaml.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"

	"equos-broker.invalid/clients/broker"
)

func pointer[T any](value T) *T { return &value }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ctx := context.Background()
	asUser := func(_ context.Context, request *http.Request) error {
		request.Header.Set("x-user", os.Getenv("BROKER_USER"))
		return nil
	}
	client, err := broker.NewClientWithResponses(os.Getenv("BROKER_URL"), broker.WithRequestEditorFn(asUser))
	check(err)

	started, err := client.StartConversationWithResponse(ctx, nil, broker.StartRequest{Character: pointer("guide")})
	check(err)
	grant := started.JSON201

	token, err := client.FetchTokenWithResponse(ctx, nil, broker.TokenSourceRequest{
		RoomConfig: &broker.TokenRoom{Agents: &[]broker.TokenAgent{{AgentName: pointer("guide")}}},
	})
	check(err)

	heartbeat, err := client.KeepConversationAliveWithResponse(ctx, broker.KeepAliveRequest{Id: &grant.Conversation.Id})
	check(err)

	refused, err := client.StartConversationWithResponse(ctx, nil, broker.StartRequest{Character: pointer("nobody")})
	check(err)

	stopped, err := client.StopConversationWithResponse(ctx, broker.StopRequest{Id: &grant.Conversation.Id})
	check(err)

	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"id":             grant.Conversation.Id,
		"identity":       grant.Conversation.Character.LivekitIdentity,
		"sameToken":      token.JSON201.ParticipantToken == grant.ConsumerAccessToken,
		"sameServer":     token.JSON201.ServerUrl == grant.Conversation.ServerUrl,
		"heartbeat":      heartbeat.StatusCode(),
		"refused":        refused.ApplicationproblemJSON400.Code,
		"refusedStatus":  refused.ApplicationproblemJSON400.Status,
		"stopped":        stopped.JSON200.Conversation.Status,
		"stoppedTheSame": stopped.JSON200.Conversation.Id == grant.Conversation.Id,
	}))
}
