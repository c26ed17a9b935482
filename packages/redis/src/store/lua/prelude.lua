-- Begins every script: time, the identity of the data, its sequence, losses, and the answer.
-- KEYS: meta, due times, then the keys of the request. ARGV: request as JSON, store id, sequence seen, then texts.
-- Each script reads and checks first and writes afterwards, so an error in a check leaves nothing half-written.
local META, DUE = KEYS[1], KEYS[2]
local DAY = 24 * 60 * 60 * 1000
local request = cjson.decode(ARGV[1])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Redis takes whole numbers without an exponent only.
local function whole(number) return string.format('%.0f', number) end

local meta = redis.call('HMGET', META, 'id', 'key', 'format', 'sequence', 'lossId', 'joinSeen')
local id, key, format, lossId, joinSeen = meta[1], meta[2], tonumber(meta[3]) or 0, meta[5], meta[6] == '1'
local sequence = math.floor(tonumber(meta[4]) or 0)
-- A damaged sequence counts as 0, so that callers notice a loss.
if not (sequence >= 0 and sequence < 2 ^ 53) then sequence = 0 end

-- Keeps a key of the whole store for 31 days after `at`; renewed at most once a day.
local function keep(key, at)
  if redis.call('PTTL', key) < at + 31 * DAY - now then redis.call('PEXPIREAT', key, whole(at + 32 * DAY)) end
end

-- Comes before the first write. A full Redis refuses a script's first write if that needs memory, and no later one
-- (https://redis.io/docs/latest/develop/programmability/eval-intro/). A start is refused then. Everything else begins
-- with a command that frees memory, so that conversations can end.
local isWriting = false
local function beginWrite(isStart, expiresAt)
  if isWriting then return end
  isWriting = true
  if not isStart then redis.call('HDEL', META, '-') end
  sequence = sequence + 1
  redis.call('HSET', META, 'sequence', whole(sequence))
  keep(META, math.max(now, expiresAt or 0))
end

local function noteLoss()
  lossId = whole(now) .. '-' .. whole(sequence)
  redis.call('HSET', META, 'lossId', lossId)
end

local function answer(result)
  result.now, result.sequence, result.joinSeen, result.lossId = now, sequence, joinSeen, lossId or nil
  -- It writes numbers with 14 digits; times have 13. An empty list becomes an object; the caller expects that.
  return cjson.encode(result)
end

-- META ends with `meta`. Kinds: see `#key` in redis-store.ts.
local function keyOf(kind, name) return string.sub(META, 1, -5) .. kind .. ':' .. name end

-- Returns version and state. Without a state: 0, nil, and whether it has expired.
local function loadState(consumer)
  local fields = redis.call('HMGET', keyOf('c', consumer), 'v', 's', 'e')
  local version, expiresAt = tonumber(fields[1]), tonumber(fields[3])
  if version and fields[2] and expiresAt and expiresAt > now then return version, fields[2] end
  -- While a Cluster moves the slot, the state may be on the other node. Redis then rejects a command with several keys.
  redis.call('EXISTS', META, keyOf('c', consumer))
  return 0, nil, expiresAt and expiresAt <= now
end

-- `open` has no store id.
if ARGV[2] then
  if id ~= ARGV[2] or not key then return cjson.encode({ now = now, replaced = true }) end
  local seen = tonumber(ARGV[3])
  if seen > sequence then
    sequence = seen
    beginWrite()
    noteLoss()
  end
end
