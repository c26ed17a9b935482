/** How a record is stored: short names, only fields that have a value, and nothing taken on trust when it is read. */
export const entries = `
local STATES = { r = 'reserved', n = 'running', s = 'stopping', e = 'ended', u = 'unknown' }
local LETTERS = {}
for letter, state in pairs(STATES) do LETTERS[state] = letter end

local function isText(value) return type(value) == 'string' end
local function isNumber(value) return type(value) == 'number' and value > -1e14 and value < 1e14 end
-- Written 1, which is shorter.
local function isFlag(value) return value == 1 end
local function isState(value) return STATES[value] ~= nil end
local function listOf(check, length)
  return function(value)
    if type(value) ~= 'table' then return false end
    local count = 0
    for _ in pairs(value) do count = count + 1 end
    if count ~= #value or (length and count ~= length) then return false end
    for place, item in ipairs(value) do if not check(item, place) then return false end end
    return true
  end
end
local function isDelivery(value)
  return type(value) == 'table' and isNumber(value[1]) and isText(value[2]) and (value[3] == nil or value[3] == 0)
end
local function isOfCharges(value, place) return place % 2 == 1 and isText(value) or place % 2 == 0 and isNumber(value) end
-- Written as the time since reservedAt.
local function isTime(value) return isNumber(value) end

-- Name, name as stored, type, what it is where nothing is stored. A text without one of the NEEDED is no record.
local FIELDS = {
  { 'state', 's', isState },
  { 'consumer', 'c', isText },
  { 'fingerprint', 'f', isText },
  { 'payload', 'p', isText },
  -- The consumer's latest delivery before the first of this conversation.
  { 'formerDeliveries', 'o', isNumber, 0 },
  { 'maxSeconds', 'x', isNumber },
  { 'reservedAt', 't', isNumber },
  -- settleMs, holdMs, joinMs, leaseMs
  { 'terms', 'h', listOf(isNumber, 4) },
  { 'attempts', 'n', isNumber, 0 },
  { 'conversation', 'v', isText },
  { 'token', 'k', isText },
  { 'startedAt', 'a', isTime },
  { 'endsAt', 'e', isTime, function(entry) return entry.startedAt and entry.startedAt + entry.maxSeconds * 1000 end },
  { 'endedAt', 'z', isTime },
  { 'seconds', 'b', isNumber },
  { 'reason', 'y', isText },
  -- Somebody was in it; a keep-alive has come since the last leave.
  { 'joined', 'j', isFlag },
  { 'held', 'i', isFlag },
  { 'leaveAt', 'l', isTime },
  -- A leave that was put off, and the latest delivery when it was said.
  { 'putOffAt', 'm', isTime },
  { 'putOffAfter', 'q', isNumber },
  { 'keepUntil', 'u', isTime },
  { 'joinBy', 'w', isTime },
  -- When upstream was last asked, for a resume, whether it runs.
  { 'checkedAt', 'r', isTime, function(entry) return entry.startedAt or entry.reservedAt end },
  -- Until when an unknown one keeps its consumer from starting.
  { 'holdUntil', 'H', isTime },
  -- Whoever has it in hand gives it back by then; and whether it was given back.
  { 'againAt', 'g', isTime, function(entry) return entry.startedAt or entry.reservedAt end },
  { 'givenBack', 'G', isFlag },
  -- When an announced one is forgotten.
  { 'forgetAt', 'F', isTime },
  -- The latest deliveries, the newest last: number, who was given it ('' is the reservation itself), 0 if it is known
  -- to have reached nobody.
  { 'delivered', 'D', listOf(isDelivery) },
  { 'deliveries', 'd', isNumber, function(entry)
    local latest = entry.delivered and entry.delivered[#entry.delivered]
    return latest and latest[1] or entry.formerDeliveries
  end },
  -- The latest of the others that was not known to have reached nobody.
  { 'reachedBefore', 'B', isNumber },
  -- Callers, by their own ids, that wait for this start to settle.
  { 'waiting', 'W', listOf(isText) },
  -- What it took from meters: field, window, field, window, …
  { 'charges', 'C', listOf(isOfCharges) },
}
local function implied(entry, default)
  if type(default) == 'function' then return default(entry) end
  return default
end
local NEEDED = {
  'state', 'consumer', 'fingerprint', 'payload', 'maxSeconds', 'reservedAt', 'terms',
  unknown = { 'holdUntil' },
  running = { 'conversation', 'startedAt', 'endsAt' },
  stopping = { 'conversation', 'startedAt' },
  ended = { 'conversation', 'endedAt', 'seconds' },
}

-- nil for a text that is no record.
local function parse(text)
  local stored = decode(text)
  if stored == nil or not isNumber(stored.t) or not isNumber(stored.x) then return nil end
  local entry = {}
  for _, field in ipairs(FIELDS) do
    local name, value, check = field[1], stored[field[2]], field[3]
    if value == nil then entry[name] = implied(entry, field[4])
    elseif not check(value) then return nil
    elseif check == isTime then entry[name] = value + stored.t
    elseif check == isFlag then entry[name] = true
    else entry[name] = value end
  end
  entry.state = STATES[entry.state]
  for _, name in ipairs(NEEDED) do if entry[name] == nil then return nil end end
  for _, name in ipairs(NEEDED[entry.state] or {}) do if entry[name] == nil then return nil end end
  return entry
end

local function format(entry)
  local stored = {}
  for _, field in ipairs(FIELDS) do
    local value, check = entry[field[1]], field[3]
    if value == nil or value == implied(entry, field[4]) then value = nil
    elseif check == isTime then value = value - entry.reservedAt
    elseif check == isFlag then value = 1
    elseif check == isState then value = LETTERS[value] end
    stored[field[2]] = value
  end
  return cjson.encode(stored)
end

-- What the outside sees of it.
local SHOWN = {
  'reservation', 'state', 'consumer', 'fingerprint', 'payload', 'conversation', 'deliveries', 'maxSeconds',
  'reservedAt', 'startedAt', 'endsAt', 'endedAt', 'seconds', 'leaveAt', 'attempts', 'reason',
}
local function show(entry)
  local record = setmetatable({ joined = entry.joined == true }, RECORD)
  for _, name in ipairs(SHOWN) do record[name] = entry[name] end
  return record
end

local function showAll(items)
  local records = {}
  for index, entry in ipairs(items) do records[index] = show(entry) end
  return list(records)
end
`;
