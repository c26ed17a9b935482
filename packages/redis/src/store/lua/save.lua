-- KEYS[3]: the state. ARGV from 4: the state, if there is one; then the sealed texts.
local STATE, consumer, expiresAt = KEYS[3], request.consumer, whole(request.expiresAt)

if now > request.notAfter then return answer({ result = 'late' }) end
if request.start and lossId then return answer({ result = 'recovering' }) end

local current, state = loadState(consumer)
if current ~= request.version then return answer({ result = 'version-conflict', version = current, state = state }) end

-- The consumer's aliases expire together with its state, so each save renews them.
local aliases, freed = cjson.decode(current > 0 and redis.call('HGET', STATE, 'a') or '{}'), {}
for _, alias in ipairs(request.deleteAliases) do
  aliases[alias] = nil
  if redis.call('GET', keyOf('a', alias)) == consumer then freed[#freed + 1] = keyOf('a', alias) end
end
-- Rejects while a slot moves, as in loadState.
for alias in pairs(aliases) do redis.call('EXISTS', META, keyOf('a', alias)) end
for _, alias in ipairs(request.setAliases) do
  local owner = redis.call('GET', keyOf('a', alias))
  if owner and owner ~= consumer then return answer({ result = 'alias-taken', alias = alias }) end
  aliases[alias] = 1
end

local function refuse(limit, value) return answer({ result = 'limit-reached', limit = limit, value = value }) end
for _, member in ipairs(request.members) do
  member.key = keyOf('m', member.set)
  local function counts(id) return (tonumber(redis.call('ZSCORE', member.key, id)) or 0) > now end
  local isNew = not counts(member.id) and member.to > now
  if isNew and member.bound then
    local others = redis.call('ZCOUNT', member.key, '(' .. whole(now), '+inf')
    for _, id in ipairs(member.ignoring) do
      if counts(id) then others = others - 1 end
    end
    if others >= member.bound then return refuse(member.set, others) end
  end
end

-- A counter may be named more than once.
local values = {}
for _, counter in ipairs(request.counters) do
  local value = values[counter.key] or tonumber(redis.call('GET', keyOf('n', counter.key)))
  if value or counter.add > 0 then
    local sum = (value or 0) + counter.add
    if counter.bound and sum > counter.bound then return refuse(counter.key, value or 0) end
    values[counter.key] = math.max(0, sum)
  end
end

-- If this key has another type, the error comes before the first write.
redis.call('ZSCORE', DUE, consumer)
beginWrite(request.start, request.expiresAt)
for _, key in ipairs(freed) do redis.call('DEL', key) end
local version = 0
if request.hasState then
  version = current == 0 and math.max(1, now) or current + 1
  -- Removes the sealed texts of an expired or damaged state.
  if current == 0 then redis.call('DEL', STATE) end
  for _, name in ipairs(request.deleteSealed) do redis.call('HDEL', STATE, 'x:' .. name) end
  redis.call('HSET', STATE, 'v', whole(version), 's', ARGV[4], 'e', expiresAt, 'a', cjson.encode(aliases))
  for index, name in ipairs(request.setSealed) do redis.call('HSET', STATE, 'x:' .. name, ARGV[4 + index]) end
else
  redis.call('DEL', STATE)
end
if request.hasState and request.dueAt then
  redis.call('ZADD', DUE, whole(request.dueAt), consumer)
  keep(DUE, request.expiresAt)
  -- claim-due.lua removes it before.
  redis.call('PEXPIREAT', STATE, whole(request.expiresAt + 31 * DAY))
else
  redis.call('ZREM', DUE, consumer)
  redis.call('PEXPIREAT', STATE, expiresAt)
end
for alias in pairs(aliases) do redis.call('SET', keyOf('a', alias), consumer, 'PXAT', expiresAt) end
for _, member in ipairs(request.members) do
  redis.call('ZADD', member.key, whole(member.to), member.id)
  redis.call('ZREMRANGEBYSCORE', member.key, '-inf', whole(now))
  local last = redis.call('ZRANGE', member.key, -1, -1, 'WITHSCORES')[2]
  if last then redis.call('PEXPIREAT', member.key, whole(last)) end
end
for _, counter in ipairs(request.counters) do
  local key, value = keyOf('n', counter.key), values[counter.key]
  if value then redis.call('SET', key, string.format('%.17g', value), 'PXAT', whole(counter.expiresAt)) end
end
return answer({ result = 'saved', version = version })
