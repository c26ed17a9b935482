/** The step `reserve`, rule by rule as `LedgerSteps.reserve` tells it. Whatever answers, stops what it stopped for only if all passes. */
export const reserve = `
local function inDoubt(entry)
  return { outcome = 'in-doubt', retryAfterMs = math.max(0, entry.holdUntil - now) }
end

local function isOver(entry) return now >= entry.endsAt end

-- Whether it keeps its consumer from one more.
local function blocks(entry)
  local state = entry.state
  return state == 'reserved' or state == 'running' or (state == 'unknown' and now < entry.holdUntil)
end

-- A second start waits for the one in flight, if not too many do.
local function joinQueue(entry)
  local waiting = entry.waiting or {}
  if #waiting >= request.maxWaiting then return { outcome = 'crowded' } end
  waiting[#waiting + 1] = request.reservation
  entry.waiting = waiting
  touch(entry)
  return { outcome = 'in-flight', reservation = entry.reservation }
end

-- Whether upstream is to be asked about it now, by this caller.
local function toCheck(entry)
  local check = now - entry.checkedAt >= request.checkMs
  if check then
    entry.checkedAt = now
    touch(entry)
  end
  return check
end

local function inTheWay(entry)
  return { outcome = 'active', check = toCheck(entry), record = show(entry) }
end

local function deliver(entry)
  if entry.leaveAt then entry.putOffAt, entry.putOffAfter = entry.leaveAt, entry.deliveries end
  entry.leaveAt = nil
  -- A page that comes anew has its time to join, and to keep alive.
  local joinBy = now + entry.terms[3]
  if not entry.joined then entry.joinBy = math.max(entry.joinBy or 0, joinBy) end
  if entry.keepUntil then entry.keepUntil = math.max(entry.keepUntil, joinBy) end
  return deliverTo(entry, request.reservation), toCheck(entry)
end

local function resume(entry)
  -- Whoever asks again is given what it was given.
  local delivery, check = givenTo(entry, request.reservation), false
  if delivery == nil then delivery, check = deliver(entry) end
  return { outcome = 'resumed', record = show(entry), delivery = delivery, check = check }
end

-- Why a running one gives way; nil when it does not.
local function stopReason(entry, choice)
  if isOver(entry) then return 'time-over' end
  if choice ~= 'reject' then return 'replaced' end
  -- One whose grant reached nobody is in nobody's way.
  return reachedNobody(entry) and 'client-gone' or nil
end

-- Rule 3.
local function aboutTheSame(entry, waited, stops)
  if entry.state == 'reserved' then return joinQueue(entry) end
  if entry.state == 'unknown' then return inDoubt(entry) end
  local meant = waited or givenTo(entry, request.reservation) or (request.same == 'resume' and not request.fresh)
  if meant and not isOver(entry) then return resume(entry) end
  local reason = stopReason(entry, request.same)
  if reason == nil then return inTheWay(entry) end
  stops[entry] = reason
  return nil
end

-- Rule 4.
local function aboutTombstone(same, stops)
  local left = tombstoneLeft(same and stops[same] == 'time-over' and same)
  return left and { outcome = 'stopped', retryAfterMs = left }
end

-- Rule 5.
local function aboutTheOthers(others, stops)
  local busy, refusing, reserved, unknown = #others, nil, nil, nil
  for _, entry in ipairs(others) do
    if entry.state == 'running' and busy >= request.active then
      stops[entry] = stopReason(entry, request.other)
      if stops[entry] then busy = busy - 1 else refusing = refusing or entry end
    elseif entry.state == 'reserved' then
      reserved = reserved or entry
    elseif entry.state == 'unknown' and (unknown == nil or entry.holdUntil < unknown.holdUntil) then
      unknown = entry
    end
  end
  if busy < request.active then return nil end
  if refusing then return inTheWay(refusing) end
  if reserved then return joinQueue(reserved) end
  return inDoubt(unknown)
end

-- Rules 6 and 7.
local function aboutEverybody(live, stops)
  if request.overallActive == nil then return nil end
  local active = redis.call('HLEN', RECORDS) - redis.call('SCARD', ENDED) - redis.call('ZCOUNT', UNKNOWN, '-inf', now)
  for _, entry in ipairs(live) do
    if entry.state == 'stopping' or stops[entry] then active = active - 1 end
  end
  if active < request.overallActive then return nil end
  return { outcome = 'limited', by = 'overall-active', retryAfterMs = 0, readings = list({}) }
end

-- Rule 8.
local function fitIntoMeters()
  local maxSeconds = request.maxSeconds
  for _, meter in ipairs(request.meters) do
    local present = reading(meter)
    if present.left < (meter.unit == 'starts' and 1 or request.minSeconds) then
      return nil, { outcome = 'limited', by = meter.name, retryAfterMs = present.resetMs, readings = readings() }
    end
    if meter.unit == 'seconds' then maxSeconds = math.min(maxSeconds, present.left) end
  end
  return maxSeconds
end

local function reserved(entry)
  local stopping = {}
  for _, other in ipairs(liveOf(entry.consumer)) do
    if other.state == 'stopping' then stopping[#stopping + 1] = other end
  end
  return { outcome = 'reserved', maxSeconds = entry.maxSeconds, replaces = showAll(stopping), readings = readings() }
end

local function step()
  local own = find(request.reservation)
  if own then return own.state == 'reserved' and reserved(own) or { outcome = 'spent' } end
  if recovering then return { outcome = 'recovering' } end

  local live = liveOf(request.consumer)
  local same, waited, stops, others = nil, {}, {}, {}
  for _, entry in ipairs(live) do waited[entry] = stopWaiting(entry, request.reservation) end
  for _, entry in ipairs(live) do
    if not same and blocks(entry) and entry.fingerprint == request.fingerprint then same = entry
    elseif blocks(entry) then others[#others + 1] = entry end
  end
  -- An adopted one is older than its place says.
  local places = {}
  for place, entry in ipairs(others) do places[entry] = place end
  table.sort(others, function(a, b)
    if a.reservedAt ~= b.reservedAt then return a.reservedAt < b.reservedAt end
    return places[a] < places[b]
  end)
  local answer = same and aboutTheSame(same, waited[same], stops)
  answer = answer or aboutTombstone(same, stops) or aboutTheOthers(others, stops) or aboutEverybody(live, stops)
  if answer then return answer end
  local maxSeconds, limited = fitIntoMeters()
  if limited then return limited end

  isStart = true
  for _, entry in ipairs(live) do if stops[entry] then beginStop(entry, stops[entry]) end end
  local entry = newEntry(request, maxSeconds, now)
  local charges = {}
  for _, meter in ipairs(request.meters) do
    charges[#charges + 1], charges[#charges + 2] = charge(meter, meter.unit == 'starts' and 1 or maxSeconds)
  end
  if #charges > 0 then entry.charges = charges end
  add(entry)
  return reserved(entry)
end
`;
