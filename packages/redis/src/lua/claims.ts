/** The record that a claim names, by the rules of `LedgerClaim`; or nothing, and why. */
export const claims = `
local NONE = { claim = 'none' }

local function onlyOneOf(consumer)
  local present, stopping = {}, {}
  for _, entry in ipairs(liveOf(consumer)) do
    if entry.state == 'reserved' or entry.state == 'running' then present[#present + 1] = entry end
    if entry.state == 'stopping' then stopping[#stopping + 1] = entry end
  end
  local meant = #present > 0 and present or stopping
  local entry = meant[1]
  if entry == nil then return nil, NONE end
  if #meant > 1 then return nil, { claim = 'several' } end
  if entry.state ~= 'reserved' then return entry end
  return nil, { claim = 'in-flight', reservation = entry.reservation, delivery = latestDeliveryOf(consumer) + 1 }
end

local function claimed(claim)
  if claim.reservation then return find(claim.reservation), NONE end
  if not claim.token and not claim.conversation then
    if claim.consumer then return onlyOneOf(claim.consumer) end
    return nil, NONE
  end
  local entry
  if claim.token then entry = findBy(TOKENS, 'token', claim.token)
  else entry = findBy(CONVERSATIONS, 'conversation', claim.conversation) end
  if entry and claim.conversation then
    if claim.conversation ~= entry.conversation then return nil, NONE end
    if claim.consumer and claim.consumer ~= entry.consumer then return nil, NONE end
  end
  return entry, NONE
end

-- What a step does with the one record that the claim of its request names.
local function withClaimed(act)
  local entry, unclaimed = claimed(request.claim)
  if entry == nil then return unclaimed end
  local result = act(entry)
  result.claim = 'found'
  return result
end

-- The word of a page that is not, or no longer, the one with the grant.
local function isOutdated(entry)
  local number = request.delivery
  if number == nil or number == entry.deliveries then return false end
  -- Numbers between this conversation's own may be those of another one of the consumer.
  local isIts = number == entry.reachedBefore
  for _, delivery in ipairs(entry.delivered or {}) do isIts = isIts or delivery[1] == number end
  return not isIts or not noneReachedSince(entry, number)
end
`;
