/** What happens to a record: its moves from state to state, and who is known to have its grant. */
export const life = `
-- The one place where a state changes. The first reason stays. agoMs: so long ago upstream had ended it.
local function move(entry, state, reason, agoMs)
  if entry.state == 'running' then noteTombstone(entry, reason, agoMs) end
  entry.state = state
  entry.reason = entry.reason or reason
  entry.attempts = 0
  entry.againAt = now
  entry.givenBack = nil
  touch(entry)
end

-- One caller has it now; it comes up again in case that caller is never heard of.
local function handOut(entry)
  entry.attempts = entry.attempts + 1
  entry.againAt = now + entry.terms[4]
  entry.givenBack = nil
  touch(entry)
end

local function beginStop(entry, reason)
  move(entry, 'stopping', reason)
  handOut(entry)
end

local function doubt(entry, holdMs)
  entry.holdUntil = now + holdMs
  move(entry, 'unknown')
end

local function moved(entry) return { moved = true, record = show(entry) } end
local function unmoved(entry) return { moved = false, record = show(entry) } end

-- A step about one reservation.
local function about(reservation, act)
  local entry = find(reservation)
  if entry == nil then return cjson.null end
  return act(entry)
end

local function stopEntry(entry, reason)
  if entry.state ~= 'running' then return unmoved(entry) end
  beginStop(entry, reason)
  return moved(entry)
end

local function newEntry(asked, maxSeconds, reservedAt)
  local terms = asked.terms
  local latest = latestDeliveryOf(asked.consumer)
  return {
    reservation = asked.reservation, consumer = asked.consumer, fingerprint = asked.fingerprint or '',
    payload = asked.payload, state = 'reserved', maxSeconds = maxSeconds, reservedAt = reservedAt,
    terms = { terms.settleMs, terms.holdMs, terms.joinMs, terms.leaseMs },
    deliveries = latest, formerDeliveries = latest,
    attempts = 0, againAt = reservedAt,
  }
end

local function indexOf(items, wanted)
  for index = #(items or {}), 1, -1 do if items[index] == wanted then return index end end
  return nil
end

local function stopWaiting(entry, waiter)
  local index = indexOf(entry.waiting, waiter)
  if index == nil then return false end
  table.remove(entry.waiting, index)
  if #entry.waiting == 0 then entry.waiting = nil end
  touch(entry)
  return true
end

-- Deliveries whose takers are remembered, so that a start that is sent again is not given another one.
local REMEMBERED_DELIVERIES = 16

-- Hands the grant to a caller; numbers are the consumer's, not the conversation's.
local function deliverTo(entry, caller)
  local number = latestDeliveryOf(entry.consumer) + 1
  local delivered = entry.delivered or {}
  delivered[#delivered + 1] = { number, caller ~= entry.reservation and caller or '' }
  if #delivered > REMEMBERED_DELIVERIES then
    local oldest = table.remove(delivered, 1)
    if oldest[3] ~= 0 then entry.reachedBefore = oldest[1] end
  end
  entry.delivered = delivered
  entry.deliveries = number
  touch(entry)
  return number
end

-- The number that this caller was given, if it is one of the latest that were.
local function givenTo(entry, caller)
  local delivered = entry.delivered or {}
  if caller == entry.reservation then caller = '' end
  for index = #delivered, 1, -1 do if delivered[index][2] == caller then return delivered[index][1] end end
  return nil
end

local function abandonDelivery(entry, number)
  for _, delivery in ipairs(entry.delivered or {}) do
    if delivery[1] == number and delivery[3] ~= 0 then
      delivery[3] = 0
      touch(entry)
    end
  end
end

-- Whether all deliveries after this number are known to have reached nobody.
local function noneReachedSince(entry, number)
  if (entry.reachedBefore or 0) > number then return false end
  for _, delivery in ipairs(entry.delivered or {}) do
    if delivery[1] > number and delivery[3] ~= 0 then return false end
  end
  return true
end

-- The same, and no keep-alive came.
local function nobodySince(entry, number) return not entry.held and noneReachedSince(entry, number) end

-- Whether nobody has it, and nobody waits for it.
local function reachedNobody(entry)
  return entry.deliveries > entry.formerDeliveries and not entry.waiting and nobodySince(entry, 0)
end

-- What follows from one caller less.
local function lookAgain(entry)
  if reachedNobody(entry) then return stopEntry(entry, 'client-gone') end
  if entry.waiting then return unmoved(entry) end
  if entry.state == 'running' and entry.putOffAt and nobodySince(entry, entry.putOffAfter or 0) then
    entry.leaveAt = entry.putOffAt
    entry.putOffAt, entry.putOffAfter = nil, nil
    touch(entry)
  end
  return unmoved(entry)
end
`;

/** Brings one to its end and settles its meters. */
export const ending = `
local function spent(entry)
  if entry.state == 'reserved' then return 0 end
  if entry.startedAt == nil then return entry.maxSeconds end
  return math.max(0, math.ceil((now - entry.startedAt) / 1000))
end

local function endEntry(entry, reason, seconds, agoMs)
  entry.seconds = math.min(seconds or spent(entry), entry.maxSeconds)
  local nothingSent = entry.state == 'reserved' and reason == 'not-started'
  local charges = entry.charges or {}
  for index = 1, #charges, 2 do
    local field, window = charges[index], charges[index + 1]
    if isOfSeconds(field) then giveBack(field, window, entry.maxSeconds - entry.seconds)
    elseif nothingSent then giveBack(field, window, 1) end
  end
  entry.charges = nil
  entry.waiting = nil
  entry.endedAt = now
  move(entry, 'ended', reason, agoMs)
  endedOf(entry)
  -- Whoever ends it announces it.
  entry.againAt = now + entry.terms[4]
  -- What never was a conversation has nobody who asks for it again.
  if entry.conversation == nil then forget(entry) end
end
`;
