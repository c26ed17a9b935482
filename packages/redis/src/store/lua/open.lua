-- Returns the identity of the data, and creates it where Redis removes nothing by itself.
-- A host may refuse INFO in a script, or leave the policy out. The option noEviction counts then.
local info = redis.pcall('INFO', 'memory')
local policy = type(info) == 'string' and string.match(info, 'maxmemory_policy:([%w-]+)')
policy = policy or request.noEviction and 'noeviction' or 'unknown'
if policy ~= 'noeviction' then return cjson.encode({ now = now, policy = policy }) end

local function base36(number)
  local digits, text = '0123456789abcdefghijklmnopqrstuvwxyz', ''
  repeat
    local digit = number % 36
    text = string.sub(digits, digit + 1, digit + 1) .. text
    number = (number - digit) / 36
  until number == 0
  return text
end

if not id or not key then
  id, key, format = base36(now) .. '-' .. request.nonce, request.key, request.format
  beginWrite(true)
  redis.call('HSET', META, 'id', id, 'key', key, 'format', whole(format))
  redis.call('HDEL', META, 'joinSeen')
  -- Conversations of former data may still run.
  noteLoss()
end
return cjson.encode({ now = now, policy = policy, id = id, key = key, format = format })
