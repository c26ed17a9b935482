/** The steps about the books themselves; they look at no record. */

const BASE_36 = `
local function base36(number)
  local digits, text = '0123456789abcdefghijklmnopqrstuvwxyz', ''
  number = math.floor(number)
  repeat
    local digit = number % 36
    text = string.sub(digits, digit + 1, digit + 1) .. text
    number = (number - digit) / 36
  until number == 0
  return text
end
`;

/** Also looks at how Redis is set; nothing is written where it may throw entries away. */
export const open = `
${BASE_36}
-- False where a script may not ask, or the answer does not tell.
local function policy()
  local info = redis.pcall('INFO', 'memory')
  return type(info) == 'string' and string.match(info, 'maxmemory_policy:([%w-]+)') or false
end

local function step()
  local set = policy() or (request.noEviction and 'noeviction')
  if set ~= 'noeviction' then return { policy = set or cjson.null } end
  if not identity.id or not identity.key then
    isStart = true
    identity = { id = base36(now) .. '-' .. request.nonce, key = request.key }
    -- What was in these books, if anything was, is not known here: somebody has to look at upstream first.
    write('HSET', META, 'id', identity.id, 'key', identity.key, 'recovering', '1')
  end
  return { policy = set, id = identity.id, key = identity.key }
end
`;

export const lease = `
local function step()
  local text = redis.call('HGET', LEASES, request.name)
  local present = text and decode(text)
  local isTaken = present and type(present[1]) == 'number' and present[1] > now and present[2] ~= request.holder
  if isTaken then return { granted = false } end
  local untilMs = string.format('%.17g', now + request.ms)
  write('HSET', LEASES, request.name, cjson.encode({ now + request.ms, request.holder }))
  write('ZADD', EXPIRY, untilMs, 'l' .. request.name)
  return { granted = true }
end
`;

export const recovered = `
local function step()
  -- A loss that shows only now is not what was recovered from.
  if recovering and not pagesLost then write('HDEL', META, 'recovering') end
  return cjson.null
end
`;

export const rekey = `
local function step()
  if identity.key ~= request.from then return { moved = false } end
  write('HSET', META, 'key', request.to)
  return { moved = true }
end
`;
