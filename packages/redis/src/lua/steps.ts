/** The bodies of all the steps that are told in a few lines; each defines \`step\`. */

export const commit = `
local function step()
  local entry = find(request.reservation)
  if entry == nil then return cjson.null end
  local delivery = 0
  local result
  if entry.state == 'reserved' then
    identify(entry, request.conversation, request.token)
    entry.payload = request.payload
    entry.startedAt = now
    entry.endsAt = now + request.maxSeconds * 1000
    entry.joinBy = now + entry.terms[3]
    entry.checkedAt = now
    delivery = deliverTo(entry, entry.reservation)
    entry.formerDeliveries = delivery - 1
    move(entry, 'running')
    result = moved(entry)
  else
    result = unmoved(entry)
    -- One that was adopted was never handed to anybody.
    local isMine = entry.conversation == request.conversation and entry.deliveries > entry.formerDeliveries
    if entry.state == 'running' and isMine then delivery = entry.formerDeliveries + 1 end
  end
  result.delivery = delivery
  return result
end
`;

export const doubt = `
local function step()
  return about(request.reservation, function(entry)
    if entry.state ~= 'reserved' then return unmoved(entry) end
    doubt(entry, request.holdMs)
    return moved(entry)
  end)
end
`;

export const found = `
local function step()
  return about(request.reservation, function(entry)
    if entry.state ~= 'reserved' and entry.state ~= 'unknown' then return unmoved(entry) end
    identify(entry, request.conversation)
    entry.startedAt = entry.reservedAt
    entry.endsAt = now + entry.maxSeconds * 1000
    beginStop(entry, request.reason)
    return moved(entry)
  end)
end
`;

export const stop = `
local function step()
  return withClaimed(function(entry)
    local isSpared = request.unjoined == true and entry.joined
    if isOutdated(entry) or isSpared then return unmoved(entry) end
    return stopEntry(entry, request.reason)
  end)
end
`;

export const leave = `
local function step()
  return withClaimed(function(entry)
    if entry.state ~= 'running' or isOutdated(entry) or entry.leaveAt then return unmoved(entry) end
    entry.leaveAt = now + request.graceMs
    entry.putOffAt, entry.putOffAfter = nil, nil
    -- Whoever was heard of before is the one that leaves.
    entry.held = nil
    touch(entry)
    return moved(entry)
  end)
end
`;

export const keep = `
local function step()
  local result = withClaimed(function(entry)
    if entry.state ~= 'running' then return unmoved(entry) end
    local isFirst = not entry.joined
    entry.joined, entry.held, entry.joinBy = true, true, nil
    entry.keepUntil = now + request.keepMs
    touch(entry)
    return { moved = isFirst, record = show(entry) }
  end)
  return result.claim == 'in-flight' and NONE or result
end
`;

export const joined = `
local function step()
  return about(request.reservation, function(entry)
    if entry.state ~= 'running' or entry.joined then return unmoved(entry) end
    -- That does not hold it for any page: it may be the avatar.
    entry.joined, entry.joinBy = true, nil
    touch(entry)
    if not joinSeen then write('HSET', META, 'joinSeen', '1') end
    return moved(entry)
  end)
end
`;

export const abandon = `
local function step()
  return about(request.reservation, function(entry)
    if entry.state == 'running' then abandonDelivery(entry, request.delivery) end
    return lookAgain(entry)
  end)
end
`;

export const unwait = `
local function step()
  return about(request.reservation, function(entry)
    stopWaiting(entry, request.waiter)
    return lookAgain(entry)
  end)
end
`;

export const withdraw = `
local function step()
  local own = find(request.reservation)
  if own and own.state == 'reserved' then endEntry(own, 'not-started') end
  local stopped = {}
  for _, entry in ipairs(liveOf(request.consumer)) do
    local waited, delivery = stopWaiting(entry, request.reservation), givenTo(entry, request.reservation)
    if delivery and entry.state == 'running' then abandonDelivery(entry, delivery) end
    if (waited or delivery) and lookAgain(entry).moved then stopped[#stopped + 1] = entry end
  end
  return { records = showAll(stopped) }
end
`;

export const end = `
local function step()
  return about(request.reservation, function(entry)
    if entry.state == 'ended' then return unmoved(entry) end
    endEntry(entry, request.reason, request.seconds, request.agoMs)
    return moved(entry)
  end)
end
`;

export const announced = `
local function step()
  return about(request.reservation, function(entry)
    if entry.state ~= 'ended' or entry.forgetAt then return unmoved(entry) end
    entry.forgetAt = now + REMEMBER_MS
    entry.payload = ''
    touch(entry)
    return moved(entry)
  end)
end
`;

export const retry = `
local function step()
  return about(request.reservation, function(entry)
    local isIts = entry.attempts == request.attempts and entry.attempts > 0 and not entry.givenBack
    if not isIts or entry.forgetAt then return unmoved(entry) end
    entry.givenBack = true
    entry.againAt = now + request.afterMs
    touch(entry)
    return moved(entry)
  end)
end
`;

export const adopt = `
local function step()
  local known = find(request.reservation) or findBy(CONVERSATIONS, 'conversation', request.conversation)
  if known then return unmoved(known) end
  isStart = true
  local reservedAt = now - request.elapsedMs
  local entry = newEntry(request, request.maxSeconds, reservedAt)
  add(entry)
  identify(entry, request.conversation)
  entry.startedAt = reservedAt
  entry.endsAt = reservedAt + request.maxSeconds * 1000
  entry.joined = true
  entry.checkedAt = now
  move(entry, 'running')
  if request.reason then beginStop(entry, request.reason) end
  return moved(entry)
end
`;

export const find = `
local function step() return withClaimed(unmoved) end
`;

export const lookUp = `
local function step()
  local known = {}
  for _, reservation in ipairs(request.reservations) do known[#known + 1] = find(reservation) end
  return { records = showAll(known) }
end
`;

export const live = `
local function step()
  local page = redis.call('HSCAN', RECORDS, request.cursor or '0', 'COUNT', 100)
  local running = {}
  for index = 1, #page[2], 2 do
    local entry = take(page[2][index], page[2][index + 1])
    if entry and entry.state ~= 'ended' then running[#running + 1] = entry end
  end
  return { records = showAll(running), cursor = page[1] ~= '0' and page[1] or nil }
end
`;
