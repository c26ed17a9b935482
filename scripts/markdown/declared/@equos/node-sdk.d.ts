// @equos/node-sdk 3.1: what the broker's own tests take it to be.
export {
  OfficialEquosClient as EquosClient,
  OfficialFetchError as FetchError,
  OfficialResponseError as ResponseError,
} from "../../../../packages/core/test/official-sdk.js";
