/**
 * What every script begins with: its keys and arguments, time, the identity, the queue of writes and the answer.
 *
 * A script reads first and queues what it wants written; `finish` writes all of it at the end. So whatever fails while
 * it reads or thinks has changed nothing.
 */
export const prelude = `
local META, RECORDS, CONVERSATIONS, TOKENS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local CONSUMERS, DUE, UNKNOWN, ENDED = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local METERS, EXPIRY, DAMAGED, LEASES, TOMBSTONES = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13]

local request = cjson.decode(ARGV[1])
local context = { ledger = ARGV[2], notAfter = tonumber(ARGV[3]) or math.huge, seen = tonumber(ARGV[4]) or 0 }

-- Only tests bring their own time.
local now = tonumber(ARGV[5])
if now == nil then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Lists are marked, because an empty table would be taken for an object; records, because they are quicker encoded whole.
local LIST, RECORD = {}, {}
local function list(items) return setmetatable(items, LIST) end

local function encode(value)
  local kind = type(value)
  if kind == 'string' then return cjson.encode(value) end
  -- Times have 13 digits: never an exponent.
  if kind == 'number' then return string.format(value == math.floor(value) and '%.0f' or '%.17g', value) end
  if kind ~= 'table' then return value == cjson.null and 'null' or tostring(value) end
  local mark, parts = getmetatable(value), {}
  if mark == RECORD then return cjson.encode(value) end
  if mark == LIST then
    for index, item in ipairs(value) do parts[index] = encode(item) end
    return '[' .. table.concat(parts, ',') .. ']'
  end
  for name, item in pairs(value) do parts[#parts + 1] = cjson.encode(name) .. ':' .. encode(item) end
  return '{' .. table.concat(parts, ',') .. '}'
end

local function decode(text)
  local readable, value = pcall(cjson.decode, text)
  if readable and type(value) == 'table' then return value end
  return nil
end

local meta = redis.call('HMGET', META, 'id', 'key', 'sequence', 'recovering', 'joinSeen', 'cleaning')
local identity = { id = meta[1], key = meta[2] }
local sequence = tonumber(meta[3]) or 0
if sequence ~= math.floor(sequence) or sequence < 0 or sequence > 2^53 then sequence = 0 end
local joinSeen, cleaning = meta[5] == '1', meta[6]

-- The caller has seen pages that are not there.
local pagesLost = context.seen > sequence
local recovering = meta[4] == '1' or pagesLost

local writes = {}
local function write(...) writes[#writes + 1] = { ... } end

-- Set by what takes up memory for a new conversation: it is refused when Redis is full. Everything that helps to end
-- one is let through then, or a full Redis would stay full.
local isStart = false

-- Called before anything is written; they queue what has changed.
local beforeWriting = {}

local isWritten = false
local function writeAll()
  if isWritten then return end
  isWritten = true
  for _, prepare in ipairs(beforeWriting) do prepare() end
  if pagesLost then write('HSET', META, 'recovering', '1') end
  if #writes == 0 then return end
  sequence = math.max(sequence, context.seen) + 1
  -- Redis looks at its memory before a script's first write only; one that frees memory is always taken.
  if not isStart then redis.call('HDEL', META, '-') end
  redis.call('HSET', META, 'sequence', string.format('%.0f', sequence))
  for _, command in ipairs(writes) do redis.call(unpack(command)) end
end
`;

/** The refusals that come before a step. A read has no use for `notAfter`. */
export const guard = (reads: boolean) => `
if context.ledger ~= identity.id or not identity.key then return encode({ now = now, refused = 'lost' }) end
${reads ? "" : "if now > context.notAfter then return encode({ now = now, refused = 'late' }) end"}
`;

/** Follows a body that has defined \`step\`. */
export const finish = `
local result = step(request)
writeAll()
return encode({ now = now, sequence = sequence, result = result })
`;
