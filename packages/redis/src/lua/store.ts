/** The records and their indexes: how they are found, and what a changed one leaves behind in each key. */
export const store = `
local REMEMBER_MS = 10 * 60 * 1000
-- Upstream ends a conversation at its end by itself; only after this margin somebody looks.
local MARGIN_MS = 2000
-- For so long after its latest end a consumer's delivery numbers run on.
local NUMBERS_MS = 48 * 60 * 60 * 1000

-- By reservation; GONE for one that there is no more, false for one that was damaged.
local loaded, changed, dropped = {}, {}, {}
local GONE = {}

-- An entry that is unreadable, or gone while its time was still to come.
local function drop(reservation)
  loaded[reservation] = false
  dropped[#dropped + 1] = reservation
end

local function touch(entry)
  if entry.touched then return end
  entry.touched = true
  changed[#changed + 1] = entry
end

local function forget(entry)
  entry.forgotten = true
  touch(entry)
end

local function known(reservation)
  local entry = loaded[reservation]
  if entry == GONE then return nil end
  return entry or nil
end

local function take(reservation, text)
  if loaded[reservation] ~= nil then return known(reservation) end
  local entry
  entry = text and parse(text)
  if text and entry == nil then drop(reservation) end
  if not entry then return nil end
  entry.reservation = reservation
  entry.before = entry.state
  -- Its time to be remembered is over, though nobody has called due() since.
  if entry.forgetAt and entry.forgetAt <= now then
    loaded[reservation] = GONE
    forget(entry)
    return nil
  end
  loaded[reservation] = entry
  return entry
end

local function find(reservation)
  if loaded[reservation] ~= nil then return known(reservation) end
  return take(reservation, redis.call('HGET', RECORDS, reservation))
end

-- The record that an index knows by this name, if the record says so too.
local function findBy(index, field, name)
  local reservation = redis.call('HGET', index, name)
  local entry = reservation and find(reservation)
  if entry and entry[field] == name then return entry end
  return nil
end

-- A consumer's entry: its latest delivery so far, and its reservations that have not ended, oldest first.
local consumers = {}
local isReservations = listOf(isText)

local function recount(name)
  local consumer = { name = name, latest = 0, live = {}, touched = true }
  local own, stored, cursor = {}, cjson.encode(name), '0'
  repeat
    local page = redis.call('HSCAN', RECORDS, cursor, 'COUNT', 1000)
    cursor = page[1]
    for index = 1, #page[2], 2 do
      local entry = string.find(page[2][index + 1], stored, 1, true) and take(page[2][index], page[2][index + 1])
      if entry and entry.consumer == name then
        consumer.latest = math.max(consumer.latest, entry.deliveries)
        if entry.state ~= 'ended' and not own[entry.reservation] then
          own[entry.reservation] = true
          consumer.live[#consumer.live + 1] = entry.reservation
        end
      end
    end
  until cursor == '0'
  table.sort(consumer.live, function(a, b) return loaded[a].reservedAt < loaded[b].reservedAt end)
  return consumer
end

local function consumerOf(name)
  if consumers[name] then return consumers[name] end
  local text = redis.call('HGET', CONSUMERS, name)
  local stored = text and decode(text)
  local latest = stored and table.remove(stored, 1)
  local consumer
  if not text then
    consumer = { name = name, latest = 0, live = {}, isNew = true }
  elseif isNumber(latest) and isReservations(stored) then
    consumer = { name = name, latest = latest, live = stored }
  else
    consumer = recount(name)
  end
  consumers[name] = consumer
  return consumer
end

local function liveOf(name)
  local consumer = consumerOf(name)
  local live, reservations = {}, {}
  for _, reservation in ipairs(consumer.live) do
    local entry = find(reservation)
    if entry and entry.consumer == name and entry.state ~= 'ended' then
      live[#live + 1] = entry
      reservations[#reservations + 1] = reservation
    elseif loaded[reservation] == nil and redis.call('ZSCORE', DUE, reservation) then
      drop(reservation)
    end
  end
  if #reservations < #consumer.live then consumer.touched = true end
  consumer.live = reservations
  return live
end

local function latestDeliveryOf(name)
  local latest = consumerOf(name).latest
  for _, entry in ipairs(liveOf(name)) do latest = math.max(latest, entry.deliveries) end
  return latest
end

local function add(entry)
  local consumer = consumerOf(entry.consumer)
  consumer.live[#consumer.live + 1] = entry.reservation
  consumer.touched = true
  loaded[entry.reservation] = entry
  touch(entry)
end

local function endedOf(entry)
  local consumer = consumerOf(entry.consumer)
  consumer.latest = math.max(consumer.latest, entry.deliveries)
  for index, reservation in ipairs(consumer.live) do
    if reservation == entry.reservation then table.remove(consumer.live, index) break end
  end
  consumer.touched = true
end

local function identify(entry, conversation, token)
  entry.conversation = conversation
  write('HSET', CONVERSATIONS, conversation, entry.reservation)
  if token == nil then return end
  entry.token = token
  write('HSET', TOKENS, token, entry.reservation)
end

local function overAt(entry) return entry.endsAt + MARGIN_MS end
local function givenUpAt(entry) return entry.reservedAt + entry.terms[1] + entry.maxSeconds * 1000 end

-- When time next has something to do with it.
local function dueTime(entry)
  local state = entry.state
  if state == 'reserved' then return entry.reservedAt + entry.terms[1] end
  if state == 'unknown' then return math.min(entry.againAt, givenUpAt(entry)) end
  if state ~= 'running' then return entry.againAt end
  local look = math.huge
  if not entry.joined and entry.joinBy then look = math.max(entry.joinBy, entry.againAt) end
  return math.min(entry.leaveAt or math.huge, entry.keepUntil or math.huge, look, overAt(entry))
end

local function writeForgotten(entry)
  local reservation = entry.reservation
  if entry.before == nil then return end
  write('HDEL', RECORDS, reservation)
  write('ZREM', DUE, reservation)
  write('ZREM', UNKNOWN, reservation)
  write('SREM', ENDED, reservation)
  write('ZREM', EXPIRY, 'e' .. reservation)
  -- Another record may have come to be known by the same name.
  for index, name in pairs({ [CONVERSATIONS] = entry.conversation, [TOKENS] = entry.token }) do
    if redis.call('HGET', index, name) == reservation then write('HDEL', index, name) end
  end
end

local function writeEntry(entry)
  if entry.forgotten then return writeForgotten(entry) end
  local reservation, state, before = entry.reservation, entry.state, entry.before
  write('HSET', RECORDS, reservation, format(entry))
  if entry.forgetAt then
    write('ZREM', DUE, reservation)
    write('ZADD', EXPIRY, string.format('%.17g', entry.forgetAt), 'e' .. reservation)
  else
    write('ZADD', DUE, string.format('%.17g', dueTime(entry)), reservation)
  end
  if state == 'unknown' and before ~= state then
    write('ZADD', UNKNOWN, string.format('%.17g', entry.holdUntil), reservation)
  end
  if before == 'unknown' and before ~= state then write('ZREM', UNKNOWN, reservation) end
  if state == 'ended' and before ~= state then write('SADD', ENDED, reservation) end
end

local function writeConsumer(consumer)
  if not consumer.touched then return end
  local idle = #consumer.live == 0
  if idle and consumer.latest == 0 then
    if not consumer.isNew then write('HDEL', CONSUMERS, consumer.name) end
    return
  end
  local stored = { consumer.latest }
  for index, reservation in ipairs(consumer.live) do stored[index + 1] = reservation end
  write('HSET', CONSUMERS, consumer.name, cjson.encode(stored))
  if idle then write('ZADD', EXPIRY, string.format('%.17g', now + NUMBERS_MS), 'c' .. consumer.name)
  else write('ZREM', EXPIRY, 'c' .. consumer.name) end
end

beforeWriting[#beforeWriting + 1] = function()
  for _, entry in ipairs(changed) do writeEntry(entry) end
  for _, consumer in pairs(consumers) do writeConsumer(consumer) end
  if #dropped == 0 then return end
  for _, reservation in ipairs(dropped) do
    write('HDEL', RECORDS, reservation)
    write('ZREM', DUE, reservation)
    write('ZREM', UNKNOWN, reservation)
    write('SREM', ENDED, reservation)
    write('SADD', DAMAGED, reservation)
  end
  -- What else names them cannot be told from what is left of them: due() looks for it, a little at a time.
  write('HSET', META, 'cleaning', '1 0')
end
`;
