/** What a conversation leaves behind that none is to follow; its record may be gone earlier. */
export const tombstones = `
local KEPT_MS = 60 * 1000

-- With its length, so that no two pairs come to the same.
local function tombstoneOf(of) return #of.consumer .. ' ' .. of.consumer .. of.fingerprint end

-- Those that count from when a step has moved a running one.
local FROM_THEN = { owner = true, server = true, replaced = true, shutdown = true }

-- Upstream's word may tell of a time before this one started. A time far ahead is none.
local function isLaterNoted(field, since)
  local noted = tonumber(redis.call('HGET', TOMBSTONES, field))
  return isNumber(noted) and noted > since and noted <= now + KEPT_MS
end

-- A running one is about to move. Of its consumer and fingerprint none started while it ran: but for what upstream tells,
-- what is written already is earlier. agoMs: so long ago upstream had ended it.
local function noteTombstone(entry, reason, agoMs)
  local since, isTold
  if FROM_THEN[reason] then since = now
  elseif reason == 'time-over' then since = math.min(now, entry.endsAt)
  elseif reason == 'upstream' and isNumber(agoMs) then since, isTold = now - math.max(0, agoMs), true end
  -- Adopted: nobody knows what it was.
  if since == nil or entry.fingerprint == '' or since + KEPT_MS <= now then return end
  local field = tombstoneOf(entry)
  if isTold and isLaterNoted(field, since) then return end
  write('HSET', TOMBSTONES, field, string.format('%.17g', since))
  write('ZADD', EXPIRY, string.format('%.17g', since + KEPT_MS), 't' .. field)
end

-- For how long one still stands in the way of what is asked for, in ms; nil when none does. over: one of its fingerprint
-- that still runs though its time is over, and so is later than all that have left one.
local function tombstoneLeft(over)
  if request.tombstoneMs == nil or request.fingerprint == '' then return nil end
  local since = over and over.endsAt or tonumber(redis.call('HGET', TOMBSTONES, tombstoneOf(request)))
  if not isNumber(since) then return nil end
  local left = since + request.tombstoneMs - now
  -- The clock may have been put back a little; a time far ahead is none.
  return left > 0 and left <= 2 * request.tombstoneMs and left or nil
end
`;
